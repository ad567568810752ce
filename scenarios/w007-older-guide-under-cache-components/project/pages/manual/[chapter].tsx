const chapters: Record<string, string> = { start: "How to begin", end: "How to finish" };

export async function getStaticProps({ params }: { params: { chapter: string } }) {
  return { props: { title: chapters[params.chapter] ?? "No such chapter" } };
}

export default function Chapter({ title }: { title: string }) {
  return <h1>{title}</h1>;
}
