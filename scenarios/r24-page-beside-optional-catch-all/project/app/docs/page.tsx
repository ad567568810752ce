export default function Docs() {
  return <h1>Contents</h1>;
}
