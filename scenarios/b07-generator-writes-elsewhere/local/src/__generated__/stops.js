export const stops = ["Harbour","Market","Mill"];
