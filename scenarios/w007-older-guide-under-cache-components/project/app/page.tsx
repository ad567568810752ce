export default function Home() {
  return <h1>Orders</h1>;
}
