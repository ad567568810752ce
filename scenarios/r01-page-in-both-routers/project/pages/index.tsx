export default function Home() {
  return <h1>We open soon</h1>;
}
