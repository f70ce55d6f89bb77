/** The data sets of the Hub that were opened last, stored by the browser. */

const KEY = "recentDatasets";
const MAX_RECENT = 8;

/** Returns their identifiers, the latest first; none if storage is unavailable. */
export function recentDatasets(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string").slice(0, MAX_RECENT) : [];
  } catch {
    return [];
  }
}

/** Adds an identifier and returns all. */
export function addRecentDataset(id: string): readonly string[] {
  const recent = [id, ...recentDatasets().filter((other) => other !== id)].slice(0, MAX_RECENT);
  try {
    localStorage.setItem(KEY, JSON.stringify(recent));
  } catch {
    // Without storage the list lasts until the page is closed.
  }
  return recent;
}
