export default function Page() {
  return <h1>Next bus at 01:15</h1>;
}
