const key = import.meta.env.VITE_MAP_KEY;

export function App() {
  return (
    <>
      <h1>Footpaths of {import.meta.env.VITE_REGION ?? "the region"}</h1>
      <img alt="Map" src={`https://maps.example.com/footpaths.png?key=${key}`} />
    </>
  );
}
