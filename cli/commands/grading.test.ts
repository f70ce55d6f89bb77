import { describe, expect, test } from "vitest";
import { ttrl } from "../fixture.ts";

const lines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const RESPONSES = lines([
  { id: 1, task: "math", response: "2 + 3 = 5\n#### 5", truth: 5 },
  { id: 2, task: "math", response: "I give up", truth: "5" },
]);

describe("extract", () => {
  test("finds answers by a format, and its output is input of grade; no answer equals nothing", async () => {
    const extracted = await ttrl(["extract", "--answer-format", "hash"], { input: RESPONSES });
    expect(extracted.stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: 1, extracted: "5", task: "math", truth: 5 },
      { id: 2, extracted: null, task: "math", truth: "5" },
    ]); // prettier-ignore
    const graded = await ttrl(["grade"], { input: extracted.stdout });
    expect(graded.stdout).toBe('{"id":1,"equal":true}\n{"id":2,"equal":false}\n');
  });

  test.each([
    [["--answer-format", "regex:a"], /needs a pattern with one group/],
    [["--answer-format", "hsah"], /must be one of auto, boxed/],
    [["--answer-format", "hash", "--setting", "paper"], /--answer-format hash needs --setting corrected/],
  ])("refuses %j", async (options, problem) => {
    const { status, stderr } = await ttrl(["extract", ...options], { input: RESPONSES });
    expect(status).toBe(2);
    expect(stderr).toMatch(problem);
  });
});

test("grade takes null for no answer, but needs an answer", async () => {
  const none = await ttrl(["grade"], { input: lines([{ id: 1, given: null, truth: "5" }]) });
  expect(none.stdout).toBe('{"id":1,"equal":false}\n');
  const missing = await ttrl(["grade"], { input: lines([{ id: 1, truth: "5" }]) });
  expect(missing.stderr).toContain('"given" missing; give the answer, or null for none');
});

test("vote reads answers by the rules in the line unless an option says otherwise", async () => {
  const rules = { answers: "corrected", answerFormat: "last-number" };
  const input = JSON.stringify({ id: 1, task: "math", rules, responses: ["\\boxed{4}, not 5"] });
  const votes = await Promise.all(
    [[], ["--answer-format", "boxed"]].map((options) => ttrl(["vote", ...options], { input })),
  );
  expect(votes.map(({ stdout }) => (JSON.parse(stdout) as { label: string }).label)).toEqual(["5", "4"]);
});
