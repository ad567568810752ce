"use client";

import type { Metadata } from "next";
import { useState } from "react";

export const metadata: Metadata = { title: "Radar" };

export default function Radar() {
  const [hour, setHour] = useState(0);

  return <button onClick={() => setHour(hour + 1)}>In {hour} hours</button>;
}
