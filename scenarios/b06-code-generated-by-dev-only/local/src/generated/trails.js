export const trails = [{"name":"Ridge","km":12},{"name":"Lake","km":7}];
