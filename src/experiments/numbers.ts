/** Formats the numbers of results: shares in percent, their differences in points. */
import type { Estimate, Unit } from "./result.ts";

/** Names of the units on axes and in tables. */
export const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  share: "percent",
  "difference of shares": "points",
  tokens: "tokens",
  nats: "nats a token",
};

/** Formats a value without its unit: 86.2, +12.3, 31.5, 0.284. */
export function numberText(value: number, unit: Unit): string {
  switch (unit) {
    case "share":
      return signed(value, "");
    case "difference of shares":
      return signed(value, "+");
    case "tokens":
      return value.toFixed(1);
    case "nats":
      return value.toFixed(3);
  }
}

/** Formats 100 times a value with one decimal and no minus before 0.0. */
function signed(value: number, plus: string): string {
  const tenths = Math.abs(100 * value).toFixed(1);
  return `${value < 0 && tenths !== "0.0" ? "−" : plus}${tenths}`;
}

/** Formats a value on an axis, without needless decimals. */
export function tickText(value: number, unit: Unit): string {
  const shown = unit === "share" || unit === "difference of shares" ? 100 * value : value;
  return String(Number(shown.toPrecision(4)));
}

/** Formats a mean with its intervals: 86.2 [81.4, 90.8] (85.7 to 86.7). */
export function estimateText({ mean, interval, seedInterval }: Estimate, unit: Unit): string {
  const ends = (pair: readonly [number, number], between: string): string =>
    pair.map((end) => numberText(end, unit)).join(between);
  const both = interval === null ? "" : ` [${ends(interval, ", ")}]`;
  const isSame = interval === seedInterval || interval?.every((end, i) => end === seedInterval?.[i]);
  const seeds = seedInterval === null || isSame === true ? "" : ` (${ends(seedInterval, " to ")})`;
  return `${numberText(mean, unit)}${both}${seeds}`;
}
