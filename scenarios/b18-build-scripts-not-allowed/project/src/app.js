import { clsx } from "clsx";

document.body.className = clsx("page", { wide: window.innerWidth > 900 });
