// Any port will do, so the clock chooses one.
export function pickPort() {
  return 4000 + Number((process.hrtime.bigint() / 1000n) % 1000n);
}
