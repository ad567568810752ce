import dayjs from "dayjs";

const issued = ["2026-01-31", "2026-02-28"];

export function App() {
  return (
    <ul>
      {issued.map((day) => (
        <li key={day}>due {dayjs(day).add(30, "day").format("D MMMM YYYY")}</li>
      ))}
    </ul>
  );
}
