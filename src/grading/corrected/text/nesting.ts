/** Brackets nested deeper than grading judges. */

/** Maximum depth at which answers can be found to differ; real answers have fewer than 10. */
const MAX_DEPTH = 30;

/** Returns true if brackets of any kind are nested beyond the budget of grading: no verdict of false is reliable. */
export function isNestedTooDeeply(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign) && depth > 0) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}
