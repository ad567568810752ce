import { trails } from "./generated/trails.js";

const list = document.querySelector("#app");
list.innerHTML = trails.map((t) => `<p>${t.name}: ${t.km} km</p>`).join("");
