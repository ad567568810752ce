import type { components } from "./api/schema";

type Order = components["schemas"]["Order"];

const orders: Order[] = [{ id: "A-1", total: 12.5 }];
const sum = orders.map((order) => order.total).reduce((a, b) => a + b, 0);
document.querySelector("#app")!.textContent = `Total ${sum}`;
