export default function NewNotePage() {
  return <h1>A new note</h1>;
}
