import dayjs from "dayjs";

export function due(day) {
  return dayjs(day).add(21, "day").format("D MMMM");
}
