/** The corrected grader: answers are equal if they have the same meaning, whatever their notation. */
import { AUTO } from "../answerFormat.ts";
import type { Grader, Task } from "../grader.ts";
import { OverBudget } from "../overBudget.ts";
import { compare } from "./compare.ts";
import { choiceOf } from "./choice.ts";
import { statedAnswer } from "./extract.ts";
import { isNestedTooDeeply } from "./text/nesting.ts";
import { keyOf } from "./key.ts";
import { splitCondition, withoutHead } from "./text/condition.ts";
import { normalise } from "./text/normalise.ts";
import { namedNumber } from "./text/numberWords.ts";
import { parseAnswer } from "./text/parseAnswer.ts";
import { withoutRepeating } from "./text/repeating.ts";
import { tidied } from "./text/spelling.ts";
import { shapeOf, type Shape } from "./value/shape.ts";
import { Unreadable } from "./value/tree.ts";
import { bareText, isWording, withoutUnits } from "./text/wording.ts";

interface Reading {
  readonly shape: Shape;
  readonly text: string;
  readonly key: string;
  /** Condition after the value, which may be left unsaid. */
  readonly condition: string;
}

/** Cache of parsed answers, since votes repeat few answers many times; the older half is dropped when full. */
const MAX_READINGS = 4096;
const readings = new Map<string, Reading>();

function read(answer: string): Reading {
  const known = readings.get(answer);
  if (known !== undefined) return known;
  if (readings.size >= MAX_READINGS) {
    for (const oldest of [...readings.keys()].slice(0, MAX_READINGS / 2)) readings.delete(oldest);
  }
  if (answer.length > MAX_LENGTH)
    return { shape: { kind: "undecided" }, text: answer, key: answer, condition: "" };
  const reading = readAnew(answer);
  readings.set(answer, reading);
  return reading;
}

/** Maximum length of a parsed answer; longer ones are compared as text. */
const MAX_LENGTH = 4000;

function readAnew(answer: string): Reading {
  const named = namedNumber(answer);
  const { body, condition } = splitCondition(named ?? normalise(withoutRepeating(answer)));
  const text = named ?? withoutHead(withoutUnits(body));
  const shape = readShape(text);
  const bare = bareText(text);
  return { shape, text: bare, key: keyOf(shape, bare), condition: bareText(condition) };
}

function readShape(text: string): Shape {
  const words = bareText(text);
  if (isWording(text.replace(/[‹›]/g, ""))) return { kind: "text", text: words };
  try {
    return shapeOf(parseAnswer(text));
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "text", text: words };
    if (error instanceof OverBudget) return { kind: "undecided" };
    throw error;
  }
}

function equal(given: string, truth: string, task: Task): boolean | null {
  if (task === "gpqa") return choiceOf(given) !== null && choiceOf(given) === choiceOf(truth);
  const [a, b] = [read(given), read(truth)];
  if (a.text === "" || b.text === "") return false; // an empty answer equals nothing
  const verdict = a.text === b.text || compare(a.shape, b.shape);
  if (verdict === false) return isNestedTooDeeply(given) || isNestedTooDeeply(truth) ? null : false;
  const isOtherCase = a.condition !== "" && b.condition !== "" && a.condition !== b.condition;
  return isOtherCase ? null : verdict;
}

/** The authors' grading with its defects corrected (listed in differences.test.ts). */
export const correctedGrader: Grader = {
  extract: (text, task, format = AUTO, options) => {
    const stated = statedAnswer(text, task, format, options);
    return stated === null || task === "gpqa" ? stated : tidied(stated);
  },
  equal,
  key: (answer, task) => (task === "gpqa" ? (choiceOf(answer) ?? answer) : read(answer).key),
};
