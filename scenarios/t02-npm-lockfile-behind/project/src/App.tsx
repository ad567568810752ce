import { clsx } from "clsx";
import { useState } from "react";

export function App() {
  const [on, setOn] = useState(false);
  return (
    <button className={clsx("switch", on && "switch-on")} onClick={() => setOn(!on)}>
      {on ? "on" : "off"}
    </button>
  );
}
