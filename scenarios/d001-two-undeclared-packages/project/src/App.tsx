import { useState } from "react";
import { Machine } from "./components/Machine";

export function App() {
  const [running, setRunning] = useState(false);
  return <Machine running={running} onPress={() => setRunning(!running)} />;
}
