/** Ground truth as data sets state it: a value, or the end of a worked solution. */

/** A stated answer and where it was found. */
export interface Stated {
  readonly text: string;
  readonly where: "after ####" | "in \\boxed{}" | "in <answer>" | 'after "answer is"' | "as the last number";
}

/** Returns the answer that a worked solution marks, or null. */
export function statedTruth(solution: string): Stated | null {
  const text = solution.replace(/<think>.*?<\/think>/gs, "");
  const hash = [...text.matchAll(/^[ \t]*####[ \t]*(\S.*)$/gm)].at(-1)?.[1];
  if (hash !== undefined) return { text: withoutGrouping(hash.trim()), where: "after ####" };
  const boxed = lastBoxed(text);
  if (boxed !== null) return { text: boxed.trim(), where: "in \\boxed{}" };
  const tagged = [...text.matchAll(/<answer>([^<]*)<\/answer>/gi)].at(-1)?.[1]?.trim();
  if (tagged !== undefined && tagged !== "") return { text: tagged, where: "in <answer>" };
  const said = [
    ...text.matchAll(/(?:answer is|answer|答案(?:是|为)?)[ \t]*[:：]?[ \t]*(?<!answer[ \t]*)(\S[^\n]*)/gi),
  ];
  const last = said.filter(({ 0: phrase }) => /answer is|[:：]|答案[是为]/i.test(phrase)).at(-1)?.[1];
  if (last === undefined) return null;
  const value = last
    .replace(/^\*+\s*/, "")
    .replace(/\.\s.*$|[.。]?\s*\**$/s, "")
    .trim();
  const inner = /^\$([^$]+)\$$/.exec(value)?.[1] ?? value;
  return inner === "" || inner.length > 120
    ? null
    : { text: withoutGrouping(inner), where: 'after "answer is"' };
}

/** Returns the last number of a text, or null. */
export function lastNumber(text: string): Stated | null {
  const number = text.match(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/g)?.at(-1);
  return number === undefined
    ? null
    : { text: withoutGrouping(number.replace(/,$/, "")), where: "as the last number" };
}

/** Removes the separators of thousands: "$1,080" is "$1080". */
function withoutGrouping(text: string): string {
  return text.replace(/(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])/g, (number) => number.replaceAll(",", ""));
}

/** Returns the content of the last complete `\boxed{...}` or `\fbox{...}`; null if there is none. */
function lastBoxed(text: string): string | null {
  for (const { index, 0: opening } of [...text.matchAll(/\\(?:boxed|fbox)\s*\{/g)].reverse()) {
    let depth = 1;
    const begin = index + opening.length;
    for (let i = begin; i < text.length && depth > 0; i++) {
      if (text[i] === "{" && text[i - 1] !== "\\") depth += 1;
      if (text[i] === "}" && text[i - 1] !== "\\") depth -= 1;
      if (depth === 0) return text.slice(begin, i);
    }
  }
  return [...text.matchAll(/\\boxed\s+(-?[^\s{}$,]+?)[.,$]*(?=\s|$)/g)].at(-1)?.[1] ?? null;
}

/** Removes what a table adds to a value: ".0" of a whole number, "9 (apples)", blank space. */
export function plainValue(text: string): string {
  const value = text.trim();
  if (/^-?\d+\.0$/.test(value)) return value.slice(0, -2);
  return /^(-?[\d.,/]*\d) \([^()]*\)$/.exec(value)?.[1] ?? value;
}

/** Whether a text is a passage rather than an answer: several lines, or a sentence of more than ten words. */
export function isProse(text: string): boolean {
  const words = text.trim().split(/\s+/).length;
  return (
    words > 10 ||
    (text.trim().includes("\n") && words > 5) ||
    (words > 5 && /\p{Ll}{2,}\.$/u.test(text.trim()))
  );
}
