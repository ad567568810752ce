export default function Home() {
  return <h1>Books</h1>;
}
