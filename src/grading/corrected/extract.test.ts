import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ANSWER_FORMATS } from "../answerFormat.ts";
import type { Task } from "../grader.ts";
import { correctedGrader } from "./corrected.ts";

const extract = (...of: Parameters<typeof correctedGrader.extract>) => correctedGrader.extract(...of);

describe("the answer of a response", () => {
  test.each([
    ["**Final Answer**: $5$", "5"],
    ["**Answer: 5**", "5"],
    ["Answer - 5", "5"],
    ["Answer = 8", "8"],
    ["Answer：5", "5"],
    ["## Final Answer\n\n42", "42"],
    ["**Final Answer**\n\n$$x = 42$$", "42"],
    ["The final answer is:\n\n\\[ 42 \\]\n", "42"],
    ["The answer to the question is 5.", "5"],
    ["The answer would be 12 cm.", "12"],
    ["The answer is therefore 9.", "9"],
    ["So the answer is 5 apples.", "5"],
    ["The answer is 5 million.", "5 million"],
    ["The answer is 72, in total, so that much is paid.", "72"],
    ["The answer is 25%.", "25"],
    ["The answer is $1,080.", "1080"],
    ["The answer is $5, which is $2 more than $3.", "5"],
    ["Answer: 5 (five)", "5"],
    ["The answer is 5. I hope the answer is correct.", "5"],
    ["The answer is 42\n\nAsk me if you need more help!", "42"],
    ["答案为 5。", "5"],
    ["答案是42元，因为", "42"],
    ["最终答案：$\\frac12$", "\\frac{1}{2}"],
    ["Answer: m+n = 256+37 = 293", "293"],
    ["Answer: 256+37 = 293", "293"],
    ["Answer: x + y = 5", "x+y=5"],
    ["Answer: 2x = 4y", "2x=4y"],
    ["2 + 40 = 42\n#### 42\nThat has been checked. The answer is correct.", "42"],
    ["2+3=5 #### 5 and that is all", "5"],
    ["####5", "5"],
    ["#### $1,080", "1080"],
    ["#### Step 1: add\n3+4\n#### 7", "7"],
    ["#### 1. First add\nThe answer is 7", "7"],
    ["<answer>\n 42 \n</answer>", "42"],
    ["<answer> \\boxed{7} </answer> done", "7"],
    ["<answer>The answer is 42.</answer>", "42"],
    ["<think>\\boxed{3}</think><answer>4</answer>", "4"],
    ["<answer>12", null],
    ["Answer: 12 cm^2", "12"],
    ["The answer is 5 ab.", "5 ab"],
    ["The answer is 1 1/2.", "1 1/2"],
    ["#### x = 4", "4"],
    ["Answer:\n\nWe have 3+4 = 7", null],
    ["\\fbox{6}", "6"],
    ["\\boxed {6}", "6"],
    ["Put it in \\boxed{}. The answer is 4", "4"],
    ["Answer: 5\nCheck: \\boxed{5", "5"],
  ])("%j: %s", (text, answer) => {
    expect(extract(text, "math")).toBe(answer);
  });

  test.each([
    ["(B)", "B"],
    ["b.", "B"],
    ["G) a solid", "G"],
    ["option H", "H"],
    ["\\boxed{\\text{(F)}}", "F"],
    ["\\boxed{B. 12 m/s}", "B"],
    ["\\boxed{H \\ll E}, so the last one.\n\n**Answer: D**", "D"],
    ["<answer>(e) a gas</answer>", "E"],
    ["The answer is **J**.", "J"],
    ["The correct option is G.", "G"],
    ["ANSWER: $A$", "A"],
    ["The answer seems to be C, since the others fail.", "C"],
    ["So option F is correct.", "F"],
    ["I would choose E.", "E"],
    ["答案是 C", "C"],
    ["故选B。", "B"],
    ["A is wrong, B is right.", "B"],
    ["It cannot be (A), so it has to be **(H)**", "H"],
    ["The energy E of f(X) grows", null],
    ["The answer is I think B", "B"],
    ["The answer is F = ma", null],
    ["ANSWER: None of the above", null],
    ["Error: no connection", null],
  ])("is the letter of %j: %s", (text, letter) => {
    expect(extract(text, "gpqa")).toBe(letter);
  });

  test.each([
    ["boxed", "The answer is 5", null],
    ["boxed", "\\boxed{3} #### 4", "3"],
    ["hash", "\\boxed{3} #### 4 apples", "4"],
    ["hash", "#### x+1\nok", "x+1"],
    ["tag:result", "<answer>4</answer><Result>\n5\n</Result>", "5"],
    ["letter", "I pick (C).", "C"],
    ["last-number", "so 3, and then 1,080.", "1080"],
    ["last-number", "10-5 makes -5", "-5"],
    ["last-number", "x is 3/4", "\\frac{3}{4}"],
    ["last-number", "none", null],
    ["last-line", "a\nb\n\n**42.**\n```\n", "42"],
    ["regex:result (\\d+)", "result 5, result 6", "6"],
    ["regex:result (\\d+)", "answer is 5", null],
  ])("by the format %s: %j gives %s", (format, text, answer) => {
    expect(extract(text, "math", format)).toBe(answer);
  });

  test.each(["(a+)+$", "(?:.*)*(x)", "(?:a|a)*b(c)"])(
    "takes linear time by the pattern %s",
    (pattern) => expect(extract(`${"a".repeat(100_000)}b`, "math", `regex:${pattern}`)).toBeNull(),
    2000,
  );
});

describe("a hostile response of a megabyte is read by every format", () => {
  const size = 1 << 20;
  const pieces = [
    "1,000,0001",
    "answer is 5 the ",
    "<answer>",
    "####",
    "(A ",
    "\n",
    "option ",
    "答案",
    ".1",
    "\\boxed{",
  ];
  test.each([...ANSWER_FORMATS, "tag:answer", "regex:(?:a|an)*s(w)"])(
    "%s",
    (format) => {
      for (const piece of pieces) {
        const text = piece.repeat(size / piece.length);
        for (const task of ["math", "gpqa"] as const) extract(text, task, format);
      }
    },
    20_000,
  );
});

/** Public cases of answer extraction, where they are at hand. */
const CASES = "../shared/data/wild/extract.jsonl";

interface Case {
  readonly id: string;
  readonly task: Task;
  readonly response: string;
  readonly extracted: string | null;
}

test.skipIf(!existsSync(CASES))("the public cases come out as expected", () => {
  const cases = readFileSync(CASES, "utf8").trim().split("\n");
  for (const line of cases) {
    const { id, task, response, extracted } = JSON.parse(line) as Case; // as README has it
    const isBare = task === "math" && extracted !== null && extract(response, task) === null;
    const found = extract(response, task, isBare ? "last-number" : "auto");
    expect([id, found]).toEqual([id, extracted]);
  }
});
