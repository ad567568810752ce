export default function Home() {
  return <h1>Print shop</h1>;
}
