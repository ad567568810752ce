import { Kiln } from "./components/Kiln";
import { fired } from "./lib/firing";

const batches = ["2026-01-09", "2026-02-13"];

export function App() {
  return (
    <>
      <Kiln degrees={1240} />
      <ul>
        {batches.map((day) => (
          <li key={day}>{fired(day)}</li>
        ))}
      </ul>
    </>
  );
}
