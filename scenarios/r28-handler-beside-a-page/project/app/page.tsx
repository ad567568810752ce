export default function Home() {
  return <h1>Warehouse</h1>;
}
