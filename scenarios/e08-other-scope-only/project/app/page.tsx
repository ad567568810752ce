import { articles } from "@/lib/content";

export default async function Home() {
  const list = await articles();
  return (
    <ul>
      {list.map((title) => (
        <li key={title}>{title}</li>
      ))}
    </ul>
  );
}
