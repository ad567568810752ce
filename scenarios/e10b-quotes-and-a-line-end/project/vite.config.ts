import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

const REGIONS = ["north", "south"];

export default defineConfig(({ mode }) => {
  const settings = loadEnv(mode, process.cwd(), "");
  const tiles = new URL(settings.TILE_SERVER);
  if (!REGIONS.includes(settings.MAP_REGION)) {
    throw new Error(`MAP_REGION must be one of ${REGIONS.join(", ")}`);
  }
  return {
    plugins: [react()],
    define: {
      __TILES__: JSON.stringify(tiles.href),
      __REGION__: JSON.stringify(settings.MAP_REGION),
    },
  };
});
