'use strict';
// What Next.js takes for the answers of Google Fonts where NEXT_FONT_GOOGLE_MOCKED_RESPONSES names
// this file: style sheets whose fonts every machine has. Turbopack asks for the whole table at once,
// so the addresses it will look for are in it; webpack looks them up one by one.
const sheet = (url) => new URL(url).searchParams.getAll('family').map((family) => {
  const name = family.split(':')[0].replace(/[^\w -]/g, '');
  return `@font-face { font-family: '${name}'; font-style: normal; font-weight: 400; src: local('Arial'); }`;
}).join('\n');

const table = {};
for (const url of JSON.parse(process.env.VERIFIER_FONT_SHEETS || '[]')) table[url] = sheet(url);
module.exports = new Proxy(table, {
  get: (held, name) => (typeof name === 'string' && /^https:\/\//.test(name) ? held[name] || sheet(name) : held[name]),
});
