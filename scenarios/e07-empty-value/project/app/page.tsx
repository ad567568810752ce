export default function Home() {
  return <h1>Clinic</h1>;
}
