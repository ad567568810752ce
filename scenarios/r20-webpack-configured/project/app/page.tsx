export default function Home() {
  return <h1>Stars tonight</h1>;
}
