export default function Home() {
  return <h1>Observatory</h1>;
}
