export function banner(text) {
  const title = document.createElement("h1");
  title.textContent = text;
  return title;
}
