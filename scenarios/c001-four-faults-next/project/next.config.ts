import type { NextConfig } from "next";

const nextConfig: NextConfig = {
  distDir: "build",
};

export default nextConfig;
