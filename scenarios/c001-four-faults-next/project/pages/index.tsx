export default function Home() {
  return <h1>Tea Shop opens soon</h1>;
}
