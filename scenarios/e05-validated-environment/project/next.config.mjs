import "./env.mjs";

/** @type {import("next").NextConfig} */
const nextConfig = {};

export default nextConfig;
