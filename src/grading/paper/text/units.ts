/**
 * The unit words that extraction deletes: those of MathQA (arXiv 1905.13319), as the authors list them. Their order is part
 * of the behaviour: each is deleted from what the last left.
 */
import { isWord, pointAt, pointBefore } from "./pythonText.ts";

/** One list a line of subject; a dot stands for any character, as in the authors' patterns. */
const SINGULAR: readonly string[] = [
  ...["east", "degree", "mph", "kmph", "ft", "m sqaure", " m east", "sq m", "deg", "mile", "q ."],
  ...["monkey", "prime", "ratio", "profit of rs", "rd", "o", "gm", "p . m", "lb", "tile", "per", "dm"],
  ...["lt", "gain", "ab", "way", "west", "a .", "b .", "c .", "d .", "e .", "f .", "g .", "h ."],
  ...["t", "a", "h", "no change", "men", "soldier", "pie", "bc", "excess", "st", "inches", "noon"],
  ...["percent", "by", "gal", "kmh", "c", "acre", "rise", "a . m", "th", "π r 2", "sq", "mark", "l"],
  ...["toy", "coin", "sq . m", "gallon", "° f", "profit", "minw", "yr", "women", "feet", "am", "pm"],
  ...["hr", "cu cm", "square", "v â € ™", "are", "rupee", "rounds", "cubic", "cc", "mtr", "s", "ohm"],
  ...["number", "kmph", "day", "hour", "minute", "min", "second", "man", "woman", "sec", "cube", "mt"],
  ...["sq inch", "mp", "∏ cm ³", "hectare", "more", "sec", "unit", "cu . m", "cm 2", "rs .", "rs", "kg"],
  ...["g", "month", "km", "m", "cm", "mm", "apple", "liter", "loss", "yard", "pure", "year", "increase"],
  ...["decrease", "d", "less", "Surface", "litre", "pi sq m", "s .", "metre", "meter", "inch"],
];

const UNITS: readonly string[] = [...SINGULAR, ...SINGULAR.map((unit) => `${unit}s`)];

/** The text without units that stand between non-word characters; a unit that is all of the text stays. */
export function withoutUnits(text: string): string {
  let rest = text;
  for (let pass = 0; pass < 2; pass++) {
    for (const unit of UNITS) {
      const shorter = withoutUnit(rest, unit);
      if (shorter !== "") rest = shorter;
    }
  }
  return rest;
}

/** Deletes every occurrence of one unit: the characters around it stay, yet none borders on two deletions. */
function withoutUnit(text: string, unit: string): string {
  const dot = unit.indexOf(".");
  const literal = dot < 0 ? unit : unit.slice(0, dot);
  let found = text.indexOf(literal);
  if (found < 0) return text;
  let kept = "";
  let copied = 0; // end of what is in `kept` or deleted
  let free = 0; // characters before it border on an earlier deletion
  for (; found >= 0; found = text.indexOf(literal, Math.max(found + 1, free))) {
    const end = found + matchLength(text, found, unit, literal);
    const before = pointBefore(text, found);
    if (end < found || (found > 0 && (found - before.length < free || isWord(before)))) continue;
    const after = pointAt(text, end);
    if (after !== "" && isWord(after)) continue;
    kept += text.slice(copied, found);
    copied = end;
    free = end + after.length;
  }
  return kept + text.slice(copied);
}

/** UTF-16 units that a pattern of literals and dots takes at a place, or -1 where it does not match. */
function matchLength(text: string, start: number, unit: string, literal: string): number {
  if (literal.length === unit.length) return unit.length;
  let at = start;
  for (const wanted of unit) {
    const point = pointAt(text, at);
    if (wanted === "." ? point === "" || point === "\n" : point !== wanted) return -1;
    at += point.length;
  }
  return at - start;
}
