import { loadExhibits } from "@/lib/exhibits";

export async function getServerSideProps() {
  const exhibits = await loadExhibits();
  return { props: { exhibits } };
}

export default function Home({ exhibits }: { exhibits: string[] }) {
  return (
    <ul>
      {exhibits.map((exhibit) => (
        <li key={exhibit}>{exhibit}</li>
      ))}
    </ul>
  );
}
