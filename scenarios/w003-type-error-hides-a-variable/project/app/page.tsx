export default function Home() {
  return <h1>Invoice desk</h1>;
}
