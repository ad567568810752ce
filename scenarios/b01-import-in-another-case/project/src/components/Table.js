const rows = [
  ["06:12", "low"],
  ["12:31", "high"],
];

export function table() {
  const list = document.createElement("ul");
  list.innerHTML = rows.map(([time, kind]) => `<li>${time} ${kind}</li>`).join("");
  return list;
}
