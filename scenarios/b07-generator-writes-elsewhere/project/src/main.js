import { stops } from "./__generated__/stops.js";

document.querySelector("#app").textContent = stops.join(" - ");
