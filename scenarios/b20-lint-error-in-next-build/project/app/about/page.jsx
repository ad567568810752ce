export default function About() {
  return (
    <main>
      <h1>About</h1>
      <p>We read what nobody else reads, and we don't take notes.</p>
      <p>It's free.</p>
    </main>
  );
}
