"use client";

import { useEffect, useState } from "react";

const API_URL = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";

export function OrderList() {
  const [orders, setOrders] = useState<string[]>([]);

  useEffect(() => {
    fetch(`${API_URL}/orders`)
      .then((response) => response.json())
      .then((list: string[]) => setOrders(list))
      .catch(() => setOrders([]));
  }, []);

  return (
    <ul>
      {orders.map((order) => (
        <li key={order}>{order}</li>
      ))}
    </ul>
  );
}
