import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, process.cwd(), "");
  const site = new URL("/", env.SITE_ADDRESS);
  return {
    plugins: [react()],
    define: { __HOST__: JSON.stringify(site.host) },
  };
});
