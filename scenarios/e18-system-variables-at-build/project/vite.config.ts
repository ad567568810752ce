import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const host = process.env.VERCEL_PROJECT_PRODUCTION_URL;
if (!host) throw new Error("VERCEL_PROJECT_PRODUCTION_URL is missing");

const site = new URL(`https://${process.env.VITE_VERCEL_URL}`);

export default defineConfig({
  base: `https://${host}/`,
  plugins: [react()],
  define: {
    __COMMIT__: JSON.stringify(process.env.VERCEL_GIT_COMMIT_SHA!.slice(0, 7)),
    __SITE__: JSON.stringify(site.host),
  },
});
