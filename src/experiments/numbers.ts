/** Numbers of results in words: shares in percent, their differences in points. */
import type { Estimate, Unit } from "./result.ts";

/** What an axis of a unit counts. */
export const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  share: "percent",
  "difference of shares": "points",
  tokens: "tokens",
  nats: "nats a token",
};

/** A value without its unit: 86.2, +12.3, 31.5, 0.284. */
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

/** A hundred times a value, to a tenth; what rounds to zero is not below it. */
function signed(value: number, plus: string): string {
  const tenths = Math.abs(100 * value).toFixed(1);
  return `${value < 0 && tenths !== "0.0" ? "−" : plus}${tenths}`;
}

/** A value on an axis: percent without decimals where it has none. */
export function tickText(value: number, unit: Unit): string {
  const shown = unit === "share" || unit === "difference of shares" ? 100 * value : value;
  return String(Number(shown.toPrecision(4)));
}

/** A mean with its intervals: 86.2 [81.4, 90.8] (85.7 to 86.7). */
export function estimateText({ mean, interval, seedInterval }: Estimate, unit: Unit): string {
  const ends = (pair: readonly [number, number], between: string): string =>
    pair.map((end) => numberText(end, unit)).join(between);
  const both = interval === null ? "" : ` [${ends(interval, ", ")}]`;
  const isSame = interval === seedInterval || interval?.every((end, i) => end === seedInterval?.[i]);
  const seeds = seedInterval === null || isSame === true ? "" : ` (${ends(seedInterval, " to ")})`;
  return `${numberText(mean, unit)}${both}${seeds}`;
}
