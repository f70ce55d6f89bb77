/** Thrown if comparing answers needs more work, depth or digits than grading may spend; they stay ungraded. */
export class OverBudget extends Error {}
