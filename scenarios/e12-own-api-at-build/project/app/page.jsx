async function loaves() {
  const answer = await fetch("http://localhost:3000/api/loaves");
  return answer.json();
}

export default async function Home() {
  const list = await loaves();
  return (
    <ul>
      {list.map((loaf) => (
        <li key={loaf}>{loaf}</li>
      ))}
    </ul>
  );
}
