import clsx from "clsx";

const app = document.querySelector("#app");
app.className = clsx("app", { open: true });
app.textContent = "12 places left";
