export const places = ["Inari", "Utsjoki"];
