export const idea = "dark mode"
