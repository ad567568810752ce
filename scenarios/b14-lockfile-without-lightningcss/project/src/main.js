import "./style.css";

document.querySelector("#app").textContent = "Rye, oats, barley";
