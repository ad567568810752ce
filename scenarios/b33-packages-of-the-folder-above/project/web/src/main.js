import { due } from "../../shared/due.js";

document.querySelector("#app").textContent = `Due on ${due("2026-05-04")}`;
