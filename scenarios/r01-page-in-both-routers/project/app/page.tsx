export default function Home() {
  return <h1>Bread of today</h1>;
}
