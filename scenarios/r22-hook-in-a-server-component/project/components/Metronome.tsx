import { useState } from "react";

export function Metronome() {
  const [beats, setBeats] = useState(90);

  return <button onClick={() => setBeats(beats + 1)}>{beats} beats per minute</button>;
}
