/** Added to the score of a key that must not be seen; exp of it is 0, and unlike -Infinity it makes no NaN. */
export const HIDDEN = -1e9;
