document.querySelector("#app").textContent = "Every hour";
