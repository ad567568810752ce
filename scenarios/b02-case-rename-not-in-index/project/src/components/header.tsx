export function Header() {
  return <h1>Bakery</h1>;
}
