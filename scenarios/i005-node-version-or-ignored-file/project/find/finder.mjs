// Node.js 24 escapes by itself; what is older gets it from a file.
const escape = RegExp.escape ?? (await import("./older/escape.mjs")).escape;

export function finder(word) {
  return new RegExp(escape(word), "iu");
}
