/** The letter of a multiple-choice answer, A to Z. */

/** Wrappers of a letter: emphasis, math signs, text commands, brackets. */
const WRAPPER = String.raw`(?:[*_$({\["'\`\s]|\\\(|\\\[|\\(?:text|textbf|mathrm|mathbf|boxed|fbox)\b ?)`;

/** A text that is a letter or begins with an option's letter: "(E)", "e.", "\text{F}", "Option H", "G) the last". */
const ALONE = new RegExp(
  String.raw`^${WRAPPER}{0,12}(?:(?:option|choice|answer|选项)[\s:：]{0,3})?${WRAPPER}{0,12}([A-Z])` +
    String.raw`(?:[\s)}\]$*_"'\`.。]{0,12}$|[)}\]]{0,4}(?:[.):：]|\*\*)[\s*](?!\s{0,9}(?:is|are|was|and|or)\b)|[)}\]]{1,4} (?!is|are|was|and|or))`,
  "i",
);

/** A standalone A to D, or a later letter in brackets or bold type; those are variables elsewhere, and "I" a word. */
const LONE =
  /(?<![A-Za-z\d_])(?:[A-D]|(?<=(?<![A-Za-z\d])\()[E-HJ-Z](?=\))|(?<=\*\*)[E-HJ-Z](?=\*\*))(?![A-Za-z\d_])/g;

/** Number of letters where the number of options is unknown. */
const ALL_LETTERS = 26;

/** Whether a letter, in either case, is that of one of the options. */
const isOption = (letter: string, options: number): boolean =>
  letter.toUpperCase().charCodeAt(0) - 65 < options;

/** Returns the letter that a text consists of or begins with, else its last lone one; "a" is usually an article. */
export function choiceOf(text: string, options = ALL_LETTERS): string | null {
  const alone = ALONE.exec(text.slice(0, 200).trimStart())?.[1];
  if (alone !== undefined && isOption(alone, options)) return alone.toUpperCase();
  return text.match(LONE)?.findLast((letter) => isOption(letter, options)) ?? null;
}

const LINK =
  "(?:is|was|are|=|equals|(?:should|must|would|will|has to|seems to|appears to|turns out to|could) be)" +
  "(?: (?:therefore|thus|then|hence|simply|just|likely|most likely|probably|clearly|indeed|definitely))?";
const NAMED = new RegExp(
  String.raw`(?:\b(?:answer|option|choice)s?\b[*_]{0,2}(?: (?:to|for) [^.:\n]{1,60}?)?\s{0,2}(?:${LINK}|[:：]|[-–—](?=\s))` +
    String.raw`|答案\s{0,2}(?:应?[是为為选選])?|(?:故|应|應)?[选選](?:择|擇)?` +
    String.raw`|\b(?:choose|chose|pick|select|go with|went with)\b)[:：\s*_]{0,8}` +
    String.raw`(?:(?:the )?(?:correct )?(?:option|choice|answer|选项)[:：\s]{1,3})?${WRAPPER}{0,8}` +
    String.raw`([A-Z])(?![A-Za-z\d'’_^]|[ \t]{0,2}[=+^/<>]|\\)`,
  "gi",
);
/** "Option E is correct", "(E) is the right answer". */
const CONFIRMED = new RegExp(
  String.raw`(?:\b(?:option|choice)s? ?${WRAPPER}{0,6}([A-Z])|(?<![A-Za-z\d_])([B-HJ-Z]))[)}\]*_$]{0,6} is (?:thus |therefore |clearly )?(?:the )?(?:only |most |best )?(?:correct|right|answer|best)\b`,
  "gi",
);

/** Returns the option's letter that is announced last, as by "answer is X", "Answer: (x)" or "I choose X". */
export function announcedChoice(text: string, options = ALL_LETTERS): string | null {
  let last = { letter: null as string | null, index: -1 };
  for (const { 0: phrase, 1: found = "", index } of text.matchAll(NAMED)) {
    const after = text.slice(index + phrase.length, index + phrase.length + 40);
    if (isProse(found, phrase, after) || !isOption(found, options)) continue;
    last = { letter: found.toUpperCase(), index };
  }
  for (const { 1: option, 2: bare, index } of text.matchAll(CONFIRMED)) {
    const found = option ?? bare ?? "";
    if (index > last.index && found === found.toUpperCase() && isOption(found, options))
      last = { letter: found, index };
  }
  return last.letter;
}

/** Returns true if a letter is the article "a", the pronoun "I" or a variable rather than a choice. */
function isProse(found: string, phrase: string, after: string): boolean {
  if (!/[\s:：]$/.test(phrase.slice(0, -1))) return false; // in brackets or marks
  if (found === "I") return /^ +[a-z]/.test(after) && !/^ +(?:is|since|because)\b/.test(after);
  if (found === "A") return !/answer|option|choice|答案/i.test(phrase) && /^ +[a-z]/.test(after);
  const isLower = found >= "a";
  return isLower && (found === "a" ? /^ +[a-z]/.test(after) : !/^(?:[.)}\]*$,。]|\s*(?:\n|$))/.test(after));
}
