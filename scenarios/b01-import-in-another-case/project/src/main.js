import { banner } from "./components/banner";
import { table } from "./components/Table";

document.querySelector("#app").append(banner("Tide times"), table());
