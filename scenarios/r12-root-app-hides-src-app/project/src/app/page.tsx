export default function Home() {
  return <h1>Tutor</h1>;
}
