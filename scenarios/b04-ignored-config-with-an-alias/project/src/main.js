import { bikes } from "@/lib/bikes.js";

document.querySelector("#app").textContent = bikes.join(", ");
