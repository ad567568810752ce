export default function Home() {
  return (
    <main>
      <h1>Newsletter</h1>
      <p>One letter a month.</p>
    </main>
  );
}
