"use client";

import { useState } from "react";

const MENU_URL = process.env.NEXT_PUBLIC_MENU_URL;

export function Menu() {
  const [open, setOpen] = useState(false);

  return (
    <section>
      <button onClick={() => setOpen(!open)}>Menu of the week</button>
      {open ? <iframe title="Menu" src={MENU_URL} /> : null}
    </section>
  );
}
