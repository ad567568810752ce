export default function Home() {
  return <h1>Weather</h1>;
}
