import { useEffect, useState } from "react";

export function App() {
  const [times, setTimes] = useState<string[]>([]);

  useEffect(() => {
    void fetch(`${import.meta.env.TIMETABLE_ORIGIN}/departures`)
      .then((answer) => answer.json())
      .then(setTimes);
  }, []);

  return (
    <ol>
      {times.map((time) => (
        <li key={time}>{time}</li>
      ))}
    </ol>
  );
}
