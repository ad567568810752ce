import { loadEnv } from "vite";

const settings = loadEnv("production", process.cwd(), "");

if (!/^https:\/\//.test(settings.VITE_BOOKING_URL ?? "")) {
  console.error("The settings are incomplete: bookings have no address that begins with https.");
  process.exit(1);
}
