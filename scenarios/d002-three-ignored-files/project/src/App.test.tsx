import assert from "node:assert/strict";
import { test } from "node:test";
import { renderToString } from "react-dom/server";
import { App } from "./App";
import { samples } from "./data/samples";

test("every dish of the week has its price", () => {
  const page = renderToString(<App />);
  for (const { name } of samples) {
    assert.ok(page.includes(name));
  }
});
