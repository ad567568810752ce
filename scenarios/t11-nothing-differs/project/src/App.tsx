const SOURCE = import.meta.env.VITE_PEALS_URL;

export function App() {
  return <a href={SOURCE}>Peals of the year</a>;
}
