/** Line styles, which distinguish series in addition to colours. */
import type { Series } from "./data/chartSpecs.ts";

/** The line at the initial Maj@N. */
export const LEVEL_DASH = "5 4";

/** Returns the dash pattern: solid for the first ink and for evaluations, which have dots; otherwise dashed. */
export function dashOf({ ink, from }: Pick<Series, "ink" | "from">): string {
  return ink === 2 && from === "steps" ? "6 3" : "0";
}
