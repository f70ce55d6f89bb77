/** Response text -> answer, by the rules of the authors' grader. */
import type { Task } from "../grader.ts";
import { spellAnswer } from "./text/answerText.ts";
import { isSpace, strip, stripEnd, stripStart } from "./text/pythonText.ts";

/** The answer a response gives: "" when it gives none, which votes like any other. */
export function extractPaperAnswer(response: string, task: Task): string {
  const text = response.replaceAll("\u043a\u0438", ""); // a Russian ending that the authors delete first
  return task === "gpqa" ? lastChoice(text) : spellAnswer(withoutDress(statedAnswer(text)));
}

/** The last A-D that stands alone, in either case; all of the text when there is none. */
function lastChoice(text: string): string {
  const bare = stripStart(stripCharacter(stripEnd(stripEnd(stripNewlines(text), "."), "/"), " "), ":");
  const letters = bare.toUpperCase().match(/(?<![\p{L}\p{N}_])[ABCD](?![\p{L}\p{N}_])/gu);
  const choice = letters?.at(-1) ?? stripEnd(stripStart(strip(bare), "."), ".");
  return stripEnd(stripEnd(choice, "."), "/");
}

function stripNewlines(text: string): string {
  return stripCharacter(text, "\n");
}

function stripCharacter(text: string, character: string): string {
  return stripEnd(stripStart(text, character), character);
}

/** What the response states as its answer: the first rule that applies. */
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
  if (chinese !== undefined) return strip(strip(chinese).split("\n\n", 1)[0] ?? "");
  return lastNumber(text);
}

function afterLast(text: string, phrase: string): string | null {
  const at = text.lastIndexOf(phrase);
  return at < 0 ? null : text.slice(at + phrase.length);
}

/** `{...}` up to its closing brace or the end; without a brace all up to the next dollar sign. */
function boxContent(text: string): string {
  if (!text.startsWith("{")) return strip(text.split("$", 1)[0] ?? "");
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(1, i);
  }
  return text.slice(1);
}

/** The last number of a text, commas removed; a hyphen directly before it counts as a minus. */
function lastNumber(text: string): string {
  let last = "";
  for (const [number] of text.replaceAll(",", "").matchAll(/-?\p{Nd}*\.?\p{Nd}+/gu)) last = number;
  return last;
}

/** Without line breaks and the spaces after them, one leading colon, one trailing dot and slash. */
function withoutDress(answer: string): string {
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
