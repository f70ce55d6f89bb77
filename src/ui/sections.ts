/** Sections to scroll to. Links cannot be used for this: the hash of the address contains the settings. */
export const HEADLINE_ID = "headline-title";
export const EXPERIMENTS_ID = "experiments-title";

/** Returns the element id of an experiment in the list. */
export function experimentId(name: string): string {
  return `experiment-${name}`;
}

/** Scrolls to a section and focuses it. */
export function showSection(id: string): void {
  const section = document.getElementById(id);
  section?.focus({ preventScroll: true });
  section?.scrollIntoView({ block: "start" });
}
