/** Thrown when a pair of answers needs more work than grading may spend on it: it stays ungraded. */
export class OverBudget extends Error {}
