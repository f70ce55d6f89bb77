/** The first, lenient comparison: the normal form of the MATH data set's grader (Hendrycks et al., arXiv 2103.03874). */
import { bracedFractions, replaceEach, wholeFraction, withoutShortName } from "./voteForm.ts";
import { pointAt, strip } from "./pythonText.ts";

/** Returns the normal form of an answer; an answer with truncated LaTeX is returned unchanged. */
export function hendrycksForm(answer: string): string {
  const bare = strip(unwrapText(strip(answer), true));
  return normalForm(bare) ?? bare;
}

/** Returns the content of a single-line `\text{...}` that is the whole answer, a final line break aside; else the answer. */
export function unwrapText(answer: string, strips = false): string {
  const line = answer.endsWith("\n") ? answer.slice(0, -1) : answer;
  const open = "\\text{";
  const isWrapped = line.startsWith(open) && line.endsWith("}") && line.length > open.length + 1;
  if (!isWrapped || line.includes("\n")) return answer;
  const content = line.slice(open.length, -1);
  return strips ? strip(content) : content;
}

function normalForm(answer: string): string | null {
  let text = replaceEach(answer, [
    ["\n", ""],
    ["\\!", ""],
    ["\\\\", "\\"],
    ["tfrac", "frac"],
    ["dfrac", "frac"],
    ["\\left", ""],
    ["\\right", ""],
    ["^{\\circ}", ""],
    ["^\\circ", ""],
    ["\\$", ""],
  ]);
  const [value = "", ...units] = text.split("\\text{ ");
  if (units.length > 1) return null;
  text = replaceEach(value, [
    ["\\%", ""],
    [" .", " 0."],
    ["{.", "{0."],
  ]);
  if (text === "") return text;
  if (text.startsWith(".")) text = `0${text}`;
  const rooted = bracedRoots(withoutShortName(text));
  if (rooted === null) return null;
  text = bracedFractions(rooted.replaceAll(" ", ""));
  return wholeFraction(text === "0.5" ? "\\frac{1}{2}" : text, false);
}

/** `\sqrt2` -> `\sqrt{2}`, one character each; null if a root has nothing after it. */
function bracedRoots(text: string): string | null {
  const [first = "", ...parts] = text.split("\\sqrt");
  const braced = parts.map((part) => {
    const radicand = pointAt(part, 0);
    return radicand === "{" ? part : `{${radicand}}${part.slice(radicand.length)}`;
  });
  return parts.includes("") ? null : [first, ...braced].join("\\sqrt");
}
