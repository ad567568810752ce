import { useState } from "react";

const words = ["rhythm", "queue", "yacht"];

export default function App() {
  const [index, setIndex] = useState(0);
  const left = words.length - index;

  return <button onClick={() => setIndex((index + 1) % words.length)}>{words[index]}</button>;
}
