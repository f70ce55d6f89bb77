/** Repeating decimals: 0.\overline{3}, 0.1\dot{6}, 0.(3), 0.1666... */

const WHOLE = String.raw`(?<![\d.])(\d{0,20})\.(\d{0,20}?)`;
const MARKED = new RegExp(String.raw`${WHOLE}(?:\\(?:overline|bar|dot) ?(?:\{(\d{1,40})\}|(\d)))`, "g");
const BRACKETED = /(?<![\d.])(\d{1,20})\.()\((\d{1,40})\)/g;
/** One digit at least three times, or more digits at least twice, before an ellipsis. */
const ELLIPSIS = new RegExp(
  String.raw`${WHOLE}(?:(\d)\3{2,40}|(\d{2,20}?)\4{1,20}) ?(?:\.{3}|…|\\(?:l|c)?dots(?![a-z]))`,
  "g",
);

/** Returns an answer with its repeating decimals as fractions of whole numbers. */
export function withoutRepeating(text: string): string {
  if (!/\.\d*(?:\\|\(|\d\d\d?)/.test(text)) return text;
  const fraction = (_: string, whole: string, start: string, one?: string, other = ""): string => {
    const period = one ?? other;
    const top = BigInt(whole + start + period) - BigInt(whole + start || "0");
    return `\\frac{${top}}{${"9".repeat(period.length)}${"0".repeat(start.length)}}`;
  };
  return [MARKED, BRACKETED, ELLIPSIS].reduce((rest, pattern) => rest.replace(pattern, fraction), text);
}
