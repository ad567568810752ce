export default function Page() {
  return <h1>Book club</h1>;
}
