export const workshops = [{ town: 'Leeds' }, { town: 'York' }];
