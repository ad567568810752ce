import "../vendor/house-style/base.css";

document.querySelector("#app").innerHTML = "<h1>Rehearsal on Monday</h1>";
