/** Not a formula, or none with a value: the answers count as different. */
export class NotAFormula extends Error {}
