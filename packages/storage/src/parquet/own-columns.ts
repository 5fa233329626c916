/** Columns of a feature file before the features. */
export const SYMBOL = 'symbol';
export const TIME = 'time';
export const CLOSE = 'close';
