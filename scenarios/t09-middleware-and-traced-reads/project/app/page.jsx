export default function Home() {
  return <h1>Chess club</h1>;
}
