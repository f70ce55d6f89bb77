import { expect, test } from "vitest";
import { answerRules } from "./answerRules.ts";
import { answerSpan } from "./answerSpan.ts";

/** The part of a text that states its answer. */
function found(text: string, answerFormat = "auto", task: "math" | "gpqa" = "math"): string | null {
  const span = answerSpan(text, answerRules({ task }, { answers: "corrected", answerFormat }));
  return span === null ? null : text.slice(span.start, span.end);
}

test.each([
  ["First 5, then \\boxed{7} and 7 again", "auto", "\\boxed{7}"],
  ["Steps.\nThe answer is 12 apples.\nBye, 12.", "auto", "answer is 12"],
  ["a 3\n#### 42\nDone 42", "hash", "#### 42"],
  ["from 17 to 25 it is", "last-number", "25"],
  ["<final>x+1</final> ok", "tag:final", "<final>x+1</final>"],
  ["result=9; more", "regex:result=(\\d+)", "result=9"],
])("%j by %s", (text, format, part) => {
  expect(found(text, format)).toBe(part);
});

test("a letter, and no answer", () => {
  expect(found("I take option B.\nAnswer: C", "auto", "gpqa")).toContain("C");
  expect(found("no idea")).toBeNull();
});
