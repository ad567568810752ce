import type { Dish } from "./data/dish";
import { dishes } from "./data/dishes";

function price(dish: Dish) {
  return `${(dish.cents / 100).toFixed(2)} €`;
}

export function App() {
  return (
    <ul>
      {dishes.map((dish) => (
        <li key={dish.name}>
          {dish.name}: {price(dish)}
        </li>
      ))}
    </ul>
  );
}
