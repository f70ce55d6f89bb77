/** Numbers in text. */

/** The number a text spells in decimal, or the text itself when it spells none. */
export function parseNumber(text: string): number | string {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}
