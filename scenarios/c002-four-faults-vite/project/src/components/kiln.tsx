export function Kiln({ degrees }: { degrees: number }) {
  return <h1>Fired at {degrees} degrees</h1>;
}
