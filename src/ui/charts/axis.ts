/** The style of all axes. */
export const AXIS = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--ink-soft)", fontSize: 11 },
  tickLine: false,
} as const;
