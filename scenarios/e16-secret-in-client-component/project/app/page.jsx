"use client";

import { useState } from "react";

export default function Home() {
  const [town, setTown] = useState("Turku");
  const key = process.env.WEATHER_SERVICE_KEY;

  return (
    <main>
      <input value={town} onChange={(event) => setTown(event.target.value)} />
      <img alt={town} src={`https://weather.example.com/now.png?town=${town}&key=${key}`} />
    </main>
  );
}
