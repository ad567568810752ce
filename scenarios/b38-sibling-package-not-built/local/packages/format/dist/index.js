export const degrees = (value) => `${value.toFixed(1)} °C`;
