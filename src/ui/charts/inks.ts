/** How series differ by more than their colour. */
import type { Series } from "./data/chartSpecs.ts";

/** The level line of the initial Maj@N. */
export const LEVEL_DASH = "5 4";

/** Solid for the first ink; dashed for the second, unless dots mark it already. */
export function dashOf({ ink, from }: Pick<Series, "ink" | "from">): string {
  return ink === 2 && from === "steps" ? "6 3" : "0";
}
