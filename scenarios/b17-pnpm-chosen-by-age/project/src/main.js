document.querySelector("#app").textContent = "Pancakes";
