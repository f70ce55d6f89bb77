/** Sections to scroll to. Links cannot be used for this: the hash of the address contains the settings. */
export const HEADLINE_ID = "headline-title";
export const EXPERIMENTS_ID = "experiments-title";

/** Returns the element id of an experiment in the list. */
export function experimentId(name: string): string {
  return `experiment-${name}`;
}

/** Scrolls to a section and focuses it. */
export function showSection(id: string): void {
  const target = document.getElementById(id);
  if (target === null) return;
  if (target.tabIndex < 0) target.tabIndex = -1; // a heading cannot be focused otherwise
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}
