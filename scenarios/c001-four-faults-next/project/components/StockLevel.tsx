"use client";

import { useEffect, useState } from "react";

const connection = "postgresql://shop:w1nter-Barley-72@db.shop.example.com:5432/shop";

export function StockLevel({ tea }: { tea: string }) {
  const [tins, setTins] = useState<number>();

  useEffect(() => {
    fetch("https://db.shop.example.com/sql", {
      method: "POST",
      headers: { "Connection-String": connection },
      body: JSON.stringify({ query: "select tins from stock where tea = $1", params: [tea] }),
    })
      .then((answer) => answer.json())
      .then((answer) => setTins(answer.rows[0].tins));
  }, [tea]);

  return <p>{tins === undefined ? "Counting tins" : `${tins} tins left`}</p>;
}
