import { addDays, format } from "date-fns";
import { useState } from "react";
import { DayPicker } from "react-day-picker";

export function App() {
  const [day, setDay] = useState<Date>();
  return (
    <main>
      <DayPicker mode="single" selected={day} onSelect={setDay} />
      <p>{day ? `back on ${format(addDays(day, 14), "d MMMM")}` : "pick a day"}</p>
    </main>
  );
}
