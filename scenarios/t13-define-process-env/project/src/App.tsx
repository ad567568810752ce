import { settings } from "./settings";

export function App() {
  return (
    <p>
      Tickets in {settings.town}, {settings.currency}
    </p>
  );
}
