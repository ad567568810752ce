import { useEffect, useState } from "react";

const PLOTS = `${import.meta.env.VITE_PLOTS_ORIGIN}/plots`;

export function App() {
  const [plots, setPlots] = useState<string[]>([]);

  useEffect(() => {
    void fetch(PLOTS)
      .then((answer) => answer.json())
      .then(setPlots);
  }, []);

  return (
    <ul>
      {plots.map((plot) => (
        <li key={plot}>{plot}</li>
      ))}
    </ul>
  );
}
