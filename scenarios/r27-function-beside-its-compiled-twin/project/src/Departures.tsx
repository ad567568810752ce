import { useEffect, useState } from "react";

export function Departures() {
  const [times, setTimes] = useState<string[]>([]);

  useEffect(() => {
    fetch("/api/departures")
      .then((answer) => answer.json())
      .then(setTimes);
  }, []);

  return <p>{times.join(", ")}</p>;
}
