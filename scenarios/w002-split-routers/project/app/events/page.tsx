export default function Events() {
  return <p>The next meeting is on Sunday.</p>;
}
