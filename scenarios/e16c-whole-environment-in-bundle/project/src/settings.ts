const read = (name: string) => process.env[name];

export const settings = {
  town: read("KIOSK_TOWN"),
  currency: read("KIOSK_CURRENCY") ?? "EUR",
};
