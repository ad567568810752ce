import { plants } from "@/lib/db";

export default async function Home() {
  const list = await plants();
  return (
    <ul>
      {list.map((plant) => (
        <li key={plant}>{plant}</li>
      ))}
    </ul>
  );
}
