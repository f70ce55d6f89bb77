/**
 * Unit words that extraction deletes: those of MathQA (arXiv 1905.13319), as listed by the authors. They are deleted in
 * this order, which affects the result.
 */
import { isWord, pointAt, pointBefore } from "./pythonText.ts";

/** A dot matches any character, as in the authors' patterns. */
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

/** Removes units between non-word characters, unless the unit is the whole text. */
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

/** Deletes all occurrences of a unit; as with a regular expression, adjacent matches cannot share a boundary character. */
function withoutUnit(text: string, unit: string): string {
  const dot = unit.indexOf(".");
  const literal = dot < 0 ? unit : unit.slice(0, dot);
  let found = text.indexOf(literal);
  if (found < 0) return text;
  let kept = "";
  let copied = 0; // end of the text already copied or deleted
  let free = 0; // end of the last match with its boundary character
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

/** Returns the length of a match of a pattern of literals and dots, in UTF-16 code units, or -1. */
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
