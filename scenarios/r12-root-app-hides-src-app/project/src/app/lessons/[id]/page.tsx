export default async function Lesson({ params }: { params: Promise<{ id: string }> }) {
  return <h1>Lesson {(await params).id}</h1>;
}
