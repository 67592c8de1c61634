export const portRange = 'must be between 1 and 65535, inclusive';
export const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;
