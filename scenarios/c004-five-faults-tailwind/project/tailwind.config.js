module.exports = { content: ["./app/**/*.tsx"], theme: { extend: {} }, plugins: [] };
