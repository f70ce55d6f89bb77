/** Colours of an experiment's figure; the tokens keep their contrast in both themes. */
const INKS = 8;

/** The colour of the series at that place; they repeat after eight. */
export function inkOf(index: number): string {
  return `var(--series-${(index % INKS) + 1})`;
}
