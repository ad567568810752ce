const response = await fetch("/api/quotes");
const quotes = await response.json();

document.querySelector("#app").textContent = quotes.join(" / ");
