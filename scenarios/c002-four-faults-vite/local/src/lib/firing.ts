import dayjs from "dayjs";

export function fired(day: string) {
  return `Fired on ${dayjs(day).format("D MMMM")}, cool on ${dayjs(day).add(2, "day").format("D MMMM")}`;
}
