export default function Lost() {
  return <h1>This page went out of print</h1>;
}
