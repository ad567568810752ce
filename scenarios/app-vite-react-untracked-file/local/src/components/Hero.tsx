export function Hero() {
  return <h2>Built in a weekend</h2>
}
