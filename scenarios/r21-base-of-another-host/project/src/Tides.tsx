export function Tides() {
  return <h1>High water at noon</h1>;
}
