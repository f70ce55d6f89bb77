/** Answer formats: where in a response the corrected rules look for the answer. */
import { RE2JS } from "re2js";

/** The formats without a parameter; `tag:<name>` and `regex:<pattern>` have one. */
export const ANSWER_FORMATS = ["auto", "boxed", "hash", "letter", "last-number", "last-line"] as const;

/** The default: whatever states an answer. */
export const AUTO = "auto";

/** Maximum length of a pattern; the time of a search grows with its length times that of the response. */
const MAX_PATTERN = 500;

const patterns = new Map<string, RE2JS>();

/** Returns a compiled pattern of one capture group. Throws a RangeError with the end of a sentence about the format. */
function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_PATTERN)
    throw new RangeError(`has a pattern longer than ${MAX_PATTERN} characters`);
  const regex = parsed(pattern);
  const groups = regex.groupCount();
  if (groups !== 1) {
    throw new RangeError(
      `needs a pattern with one group in round brackets, the answer; this one has ${groups}. Write (?:...) for others`,
    );
  }
  if (patterns.size >= 16) patterns.clear();
  patterns.set(pattern, regex);
  return regex;
}

function parsed(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace("error parsing regexp: ", "") : "";
    throw new RangeError(
      `has a pattern that RE2 cannot read (${reason}); it has no look-around and no back-references`,
      { cause: error },
    );
  }
}

/** Returns what the group of a pattern captured at its last match; null if nothing. Linear in the text's length. */
export function lastCapture(text: string, pattern: string): string | null {
  const matcher = compiled(pattern).matcher(text);
  let last: string | null = null;
  while (matcher.find()) last = matcher.group(1) ?? last;
  return last;
}

/** Returns what is wrong with a format, as the end of a sentence that begins with its name; null if nothing is. */
export function answerFormatProblem(format: string): string | null {
  if (ANSWER_FORMATS.some((name) => name === format)) return null;
  const [, kind, parameter = ""] = /^(tag|regex):(.*)$/s.exec(format) ?? [];
  if (kind === "tag") {
    return /^[a-z][\w-]{0,40}$/i.test(parameter)
      ? null
      : `must name a tag by letters, digits, _ and -, such as tag:answer; got ${JSON.stringify(format)}`;
  }
  if (kind !== "regex") {
    const names = [...ANSWER_FORMATS, "tag:<name>", "regex:<pattern>"].join(", ");
    return `must be one of ${names}; got ${JSON.stringify(format)}`;
  }
  try {
    compiled(parameter);
    return null;
  } catch (error) {
    if (error instanceof RangeError) return `${error.message}; got ${JSON.stringify(format)}`;
    throw error;
  }
}
