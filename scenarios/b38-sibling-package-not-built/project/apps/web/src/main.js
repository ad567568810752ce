import { degrees } from "@greenhouse/format";

document.querySelector("#app").textContent = degrees(21);
