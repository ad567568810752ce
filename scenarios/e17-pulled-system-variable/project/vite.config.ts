import react from "@vitejs/plugin-react";
import { config } from "dotenv";
import { defineConfig } from "vite";

config({ path: ".env.production", override: true, quiet: true });

const host = process.env.VERCEL
  ? `https://${process.env.VERCEL_PROJECT_PRODUCTION_URL}`
  : "http://localhost:5173";

export default defineConfig({
  plugins: [react()],
  define: {
    __ORIGIN__: JSON.stringify(new URL(host).origin),
    __CHOIR__: JSON.stringify(process.env.CHOIR_NAME),
  },
});
