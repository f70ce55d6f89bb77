/** How every axis looks. */
export const AXIS = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--ink-soft)", fontSize: 11 },
  tickLine: false,
} as const;
