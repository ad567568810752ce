import { createRoot } from "react-dom/client";
import { Tides } from "./Tides";

createRoot(document.getElementById("root")!).render(<Tides />);
