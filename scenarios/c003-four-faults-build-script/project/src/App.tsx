import { slots } from "./generated/slots";

export function App() {
  return (
    <form action={import.meta.env.VITE_BOOKING_URL}>
      <h1>Sauna in {import.meta.env.VITE_TOWN ?? "town"}</h1>
      {slots.map((slot) => (
        <button key={slot} name="slot" value={slot}>
          {slot}
        </button>
      ))}
    </form>
  );
}
