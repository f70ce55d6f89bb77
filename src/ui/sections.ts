/** Parts of the page that it can be sent to. The address cannot say it: its hash holds the set-up. */
export const HEADLINE_ID = "headline-title";
export const EXPERIMENTS_ID = "experiments-title";

/** Where the list has an experiment. */
export function experimentId(name: string): string {
  return `experiment-${name}`;
}

/** Scrolls to a place and moves the keyboard's place there. */
export function showSection(id: string): void {
  const place = document.getElementById(id);
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: "start" });
}
