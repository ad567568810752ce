export const places = [
  "Lisbon, Portugal",
  "Oslo, Norway",
];
