export const bikes = ["cargo", "folding", "racing"];
