import { createRoot } from "react-dom/client";
import { Departures } from "./Departures";

createRoot(document.getElementById("root")!).render(<Departures />);
