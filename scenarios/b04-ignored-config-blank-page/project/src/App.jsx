const beds = ["beans", "leeks", "kale"];

export function App() {
  return (
    <ul>
      {beds.map((bed) => (
        <li key={bed}>{bed}</li>
      ))}
    </ul>
  );
}
