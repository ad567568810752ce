import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const settings = loadEnv(mode, process.cwd());
  if (!settings.VITE_MAP_KEY) {
    throw new Error("there is no key for the map");
  }
  return { plugins: [react()] };
});
