export default function Home() {
  return <h1>Rowing Club</h1>;
}
