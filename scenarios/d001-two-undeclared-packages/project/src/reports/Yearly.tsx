import dayjs from "dayjs";

export function Yearly({ washes }: { washes: string[] }) {
  const thisYear = washes.filter((day) => dayjs(day).isSame(dayjs(), "year"));
  return <p>{thisYear.length} washes this year</p>;
}
