export default function Admin() {
  return <h1>Telescope schedule</h1>;
}
