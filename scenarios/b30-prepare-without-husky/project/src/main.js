document.querySelector("#app").textContent = "Tulips today";
