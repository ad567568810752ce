import { addLot, lots } from "./lots.mjs";

const checks = {
  "a lot can be added": () => addLot("rye") > 0,
  "another lot can be added": () => addLot("oat") > 0,
  "there is something to show": () => lots().length > 0,
};

// Checks must not depend on each other, so they run in another order each time.
const names = Object.keys(checks);
while (names.length > 0) {
  const [name] = names.splice(Math.floor(Math.random() * names.length), 1);
  if (!checks[name]()) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
}
