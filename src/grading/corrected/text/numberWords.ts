/** Converts number words to digits: "twenty-one" -> "21", "two thousand and five dollars" -> "2005". */
import { withoutUnits } from "./wording.ts";

const UNITS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen";
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety";
const SMALL: ReadonlyMap<string, number> = new Map([
  ...UNITS.split(" ").map((word, value) => [word, value] as const),
  ...TENS.split(" ").map((word, i) => [word, 20 + 10 * i] as const),
]);
const SCALES: ReadonlyMap<string, number> = new Map([
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
  ["trillion", 1e12],
]);

/** Maximum words of a number. */
const MAX_WORDS = 30;

/** Returns the number that an answer spells in words, without units; null if there is none or more than one. */
export function namedNumber(answer: string): string | null {
  if (!/^\s*(?:-\s*|\\text\{\s*)?[a-z]{3}/i.test(answer)) return null;
  const bare = answer
    .toLowerCase()
    .replace(/\\text\{([^{}]*)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
  const [, sign = "", rest = ""] = /^(- ?|minus |negative )?([a-z]{3}.*?)\.?$/.exec(bare) ?? [];
  const words = rest.split(/[ -]/, MAX_WORDS);
  const end = words.findIndex((word) => !isNumberWord(word));
  const named = end < 0 ? words : words.slice(0, end);
  const value = valueOf(named);
  if (value === null) return null;
  const digits = `${sign === "" ? "" : "-"}${value}`;
  const others = rest.slice(named.join(" ").length); // a hyphen is as long as a space
  return others === "" || withoutUnits(digits + others) === digits ? digits : null;
}

function isNumberWord(word: string): boolean {
  return SMALL.has(word) || SCALES.has(word) || word === "hundred" || word === "and";
}

/** Returns the value of words in descending order: [1-99] hundred [and] [1-99] scale ...; null for any other order. */
function valueOf(words: readonly string[]): number | null {
  let [total, group, scale] = [0, 0, Infinity];
  let limit = 1000; // exclusive bound of the next small word
  for (const [i, word] of words.entries()) {
    const small = SMALL.get(word);
    const next = SCALES.get(word);
    if (word === "and") {
      if (!["hundred", "thousand", "million"].includes(words[i - 1] ?? "")) return null;
    } else if (small !== undefined) {
      if (small >= limit || (small === 0 && words.length > 1)) return null;
      group += small;
      limit = small >= 20 ? 10 : 1;
    } else if (word === "hundred") {
      if (group < 1 || group > 99) return null;
      [group, limit] = [100 * group, 100];
    } else if (next !== undefined) {
      if (group === 0 || next >= scale) return null;
      [total, group, scale, limit] = [total + group * next, 0, next, 1000];
    }
  }
  return words.length === 0 ? null : total + group;
}
