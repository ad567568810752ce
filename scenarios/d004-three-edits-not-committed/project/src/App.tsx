import days from "./almanac.json";

export function App() {
  return (
    <ul>
      {days.map((day) => (
        <li key={day.month + day.day}>
          {day.day} {day.month}: {day.moon}, {day.tide}
        </li>
      ))}
    </ul>
  );
}
