export default function Home() {
  return <h1>Garden club</h1>;
}
