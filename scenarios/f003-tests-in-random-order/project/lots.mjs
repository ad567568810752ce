const kept = [];

export function addLot(name) {
  return kept.push(name);
}

export function lots() {
  return kept;
}
