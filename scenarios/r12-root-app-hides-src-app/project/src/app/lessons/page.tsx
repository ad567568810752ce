export default function Lessons() {
  return <h1>Lessons</h1>;
}
