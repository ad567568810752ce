import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv, type LogLevel } from "vite";

export default defineConfig(({ mode }) => {
  const settings = loadEnv(mode, process.cwd(), "");
  const shop = new URL(settings.SHOP_ORIGIN);
  return {
    plugins: [react()],
    define: { __SHOP_HOST__: JSON.stringify(shop.host) },
    logLevel: (settings.BUILD_LOG ?? "info") as LogLevel,
  };
});
