export const settings = {
  town: process.env.KIOSK_TOWN,
  currency: process.env.KIOSK_CURRENCY ?? "EUR",
};
