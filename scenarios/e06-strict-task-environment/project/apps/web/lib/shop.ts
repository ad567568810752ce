const origin = process.env.SHOP_ORIGIN;

if (!origin) {
  throw new Error("SHOP_ORIGIN is not set");
}

export const shopOrigin = new URL(origin);
