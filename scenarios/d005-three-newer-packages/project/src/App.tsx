import labels from "./labels.json";

export function App() {
  return (
    <ul>
      {labels.map((label) => (
        <li key={label.id}>
          {label.item} {label.mark}
        </li>
      ))}
    </ul>
  );
}
