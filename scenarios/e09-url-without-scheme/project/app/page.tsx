export default function Home() {
  return <h1>Journal</h1>;
}
