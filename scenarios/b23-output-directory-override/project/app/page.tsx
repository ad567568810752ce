export default function Home() {
  return <h1>Studio</h1>;
}
