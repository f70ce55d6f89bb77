/** Extracts the answer of a response by the rules of the authors' grader. */
import type { Task } from "../grader.ts";
import { voteForm } from "./text/voteForm.ts";
import { isSpace, strip, stripEnd, stripStart } from "./text/pythonText.ts";

/** Returns the answer of a response; "" if it has none, which votes like any other answer. */
export function extractPaperAnswer(response: string, task: Task): string {
  const text = response.replaceAll("\u043a\u0438", ""); // a Russian suffix that the authors' code deletes first
  return task === "gpqa" ? lastChoice(text) : voteForm(withoutPunctuation(statedAnswer(text)));
}

/** Returns the last standalone A-D in either case, or the whole text if there is none. */
function lastChoice(text: string): string {
  const bare = stripStart(stripCharacter(stripEnd(stripEnd(stripCharacter(text, "\n"), "."), "/"), " "), ":");
  const letters = bare.toUpperCase().match(/(?<![\p{L}\p{N}_])[ABCD](?![\p{L}\p{N}_])/gu);
  const choice = letters?.at(-1) ?? stripEnd(stripStart(strip(bare), "."), ".");
  return stripEnd(stripEnd(choice, "."), "/");
}

function stripCharacter(text: string, character: string): string {
  return stripEnd(stripStart(text, character), character);
}

/** Returns the stated answer by the first rule that applies. */
function statedAnswer(text: string): string {
  const minerva = "final answer is $";
  const hope = "$. I hope";
  if (text.includes(minerva) && text.includes(hope)) {
    const rest = text.slice(text.indexOf(minerva) + minerva.length);
    const end = rest.indexOf(hope);
    return strip(end < 0 ? rest : rest.slice(0, end));
  }
  const boxed = afterLast(text, "boxed");
  if (boxed !== null) return boxContent(boxed);
  const stated = afterLast(text, "he answer is") ?? afterLast(text, "final answer is");
  if (stated !== null) return strip(stated);
  const chinese = text.split("答案是", 2)[1];
  if (chinese !== undefined) return strip(strip(chinese).replace(/\n\n.*/s, ""));
  return lastNumber(text);
}

function afterLast(text: string, phrase: string): string | null {
  const at = text.lastIndexOf(phrase);
  return at < 0 ? null : text.slice(at + phrase.length);
}

/** Returns the content of `{...}` up to its closing brace or the end; without a brace, the text up to the next dollar sign. */
function boxContent(text: string): string {
  if (!text.startsWith("{")) return strip(text.replace(/\$.*/s, ""));
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(1, i);
  }
  return text.slice(1);
}

/** Returns the last number of a text without commas; a hyphen directly before it counts as a minus sign. */
function lastNumber(text: string): string {
  let last = "";
  for (const [number] of text.replaceAll(",", "").matchAll(/-?\p{Nd}*\.?\p{Nd}+/gu)) last = number;
  return last;
}

/** Removes line breaks with the spaces after them, one leading colon, one trailing dot and one trailing slash. */
function withoutPunctuation(answer: string): string {
  let text = joinLines(answer);
  if (text.startsWith(":")) text = text.slice(1);
  if (text.endsWith(".")) text = text.slice(0, -1);
  return text.endsWith("/") ? text.slice(0, -1) : text;
}

function joinLines(text: string): string {
  const [first = "", ...lines] = text.split("\n");
  const trimmed = lines.map((line) => {
    let start = 0;
    while (start < line.length && isSpace(line.charAt(start))) start++;
    return line.slice(start);
  });
  return first + trimmed.join("");
}
