export default function Home() {
  return <h1>Ledger</h1>;
}
