export default function Home() {
  return <h1>Manual</h1>;
}
