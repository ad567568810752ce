import { useEffect, useState } from "react";

const cards = ["bonjour", "merci", "salut"];

export default function App() {
  const [index, setIndex] = useState(0);
  const unusedTotal = cards.length;

  useEffect(() => {
    document.title = cards[index];
  }, []);

  return <button onClick={() => setIndex((index + 1) % cards.length)}>{cards[index]}</button>;
}
