import { describe, expect, test } from "vitest";
import { extractAnswers } from "../answer.ts";
import { answerRules } from "../answerRules.ts";
import { say } from "../fixture.ts";
import { findingsOf, followFindings, type Finding, type FindingSettings } from "./findings.ts";

const SETTINGS: FindingSettings = {
  task: "math",
  answers: "corrected",
  answerFormat: "auto",
  maxResponseTokens: 100,
  temperature: 1,
  hasChatTemplate: true,
};

/** The findings on groups of texts; a text that ends with "..." was cut. */
function find(groups: readonly (readonly string[])[], changes: Partial<FindingSettings> = {}): Finding[] {
  const settings = { ...SETTINGS, ...changes };
  const answered = groups.map((texts) => ({
    responses: texts.map((text) => ({ ...say(text), finished: !text.endsWith("...") })),
    answers: extractAnswers(texts, answerRules(settings, settings)),
  }));
  return findingsOf(answered, settings);
}

const kinds = (findings: readonly Finding[]): string[] => findings.map(({ kind }) => kind);
const boxed = (answers: readonly (string | number)[]): string[] =>
  answers.map((answer) => `So \\boxed{${answer}}`);
/** Answers that neither agree nor all differ. */
const USUAL = boxed([1, 1, 2, 3]);

describe("findings", () => {
  test("there are none in usual responses, nor without responses", () => {
    expect(find([USUAL, USUAL])).toEqual([]);
    expect(find([])).toEqual([]);
  });

  test("truncated: at least 80% of the responses were cut", () => {
    const cut = USUAL.map((text) => `${text} and ...`);
    // 8 of 10 are 80%; 7 of 10 are fewer.
    const share = (count: number) => [...cut, ...cut, ...cut].slice(0, count);
    const ended = [...USUAL, ...USUAL];
    expect(find([[...share(8), ...ended.slice(0, 2)]])).toEqual([
      {
        kind: "truncated",
        message:
          "8 of 10 responses were cut at maxResponseTokens (100): set maxResponseTokens to 200 or more",
      },
    ]);
    expect(find([[...share(7), ...ended.slice(0, 3)]])).toEqual([]);
    expect(find([share(8)], { maxResponseTokens: 2 })[0]?.message).toContain("to 112 or more"); // the default
    expect(find([share(8)], { maxResponseTokens: 4096 })[0]?.message).toContain("short answers");
  });

  test("noEos: not one response ended", () => {
    expect(kinds(find([USUAL.map((text) => `${text} ...`)]))).toEqual(["truncated", "noEos"]);
  });

  test("format: less than half of the responses have an answer, and another format finds more", () => {
    const bare = [5, 5, 6, 7].map((n) => `It makes ${n} apples`);
    const [found, ...others] = find([bare]);
    expect(others).toEqual([]);
    expect(found).toEqual({
      kind: "format",
      message:
        "answerFormat auto found no answer in 4 of 4 responses, and last-number would find one in 4 of 4: set answerFormat to last-number",
    });
    const hashes = [5, 5, 6, 7].map((n) => `Some steps.\n#### ${n}`);
    expect(find([hashes], { answerFormat: "boxed" })[0]?.message).toMatch(/set answerFormat to (auto|hash)$/);
    const tags = Array<string>(4).fill("<answer>blue</answer>");
    expect(find([tags], { answers: "paper" })[0]?.message).toMatch(
      /^the paper's rules .*set answers to corrected and answerFormat to (auto|tag:answer)$/,
    );
    // 2 of 4 are not less than half
    expect(find([[...bare.slice(0, 2), ...USUAL.slice(0, 2)]])).toEqual([]);
  });

  test("noAnswer: no format finds one; the last number of a cut response is none", () => {
    const line = find([["Thinking.\nseven", "Thinking.\nseven", "Eight", "\nnine"]]);
    expect(line[0]?.message).toMatch(/set answerFormat to last-line$/);
    const sentence = "Several is what I would say, were I asked how many of them there are";
    expect(kinds(find([Array<string>(4).fill(sentence)]))).toEqual(["noAnswer"]); // too long a line to be an answer
    const cut = Array<string>(4).fill("First take 5 and then ...");
    const findings = find([cut]);
    expect(kinds(findings)).toEqual(["truncated", "noEos", "noAnswer"]);
    expect(findings[2]?.message).toBe(
      "no answer was found in 4 of 4 responses, in no format: they were cut before one",
    );
    expect(find([["", "", "", ""]])).toMatchObject([
      { kind: "noAnswer", message: expect.stringContaining("\\boxed{}") as string },
    ]);
  });

  test("noTemplate: the model has none", () => {
    expect(kinds(find([USUAL], { hasChatTemplate: false }))).toEqual(["noTemplate"]);
  });

  test("sameAnswers: in every group all answers are equal", () => {
    const same = boxed([4, 4, "4.0"]);
    expect(find([same, boxed([7, 7, 7])], { temperature: 0.5 })).toEqual([
      {
        kind: "sameAnswers",
        message:
          "all 3 answers to each question are equal at temperature 0.5, so that there is nothing to learn from them: set temperature to 1, or choose harder questions",
      },
    ]);
    expect(find([same, USUAL])).toEqual([]);
    expect(find([["\\boxed{4}"]])).toEqual([]); // one answer agrees with nothing
  });

  test("differentAnswers: in every group at least four answers, no two of them equal", () => {
    expect(find([boxed([1, 2, 3, 4]), boxed([5, 6, 7, 8])])).toEqual([
      {
        kind: "differentAnswers",
        message:
          "every answer to a question differs from the others at temperature 1, so that the majority vote is chance: set temperature to 0.6, or choose easier questions",
      },
    ]);
    expect(find([boxed([1, 2, 3])])).toEqual([]); // too few
    expect(find([boxed([1, 2, 3, 4]), USUAL])).toEqual([]);
  });
});

test("during a run a finding holds until three steps in a row are without it", () => {
  const follow = followFindings();
  const cut: Finding = { kind: "truncated", message: "cut" };
  const same: Finding = { kind: "sameAnswers", message: "same" };
  const seen = [[], [cut], [], [], [cut, same], [], [], [], [cut]].map((found, i) =>
    follow(i + 1, found).map(({ kind, since }) => `${kind} ${since}`),
  );
  const both = ["truncated 2", "sameAnswers 5"];
  expect(seen).toEqual([
    [],
    ["truncated 2"],
    ["truncated 2"],
    ["truncated 2"],
    both,
    both,
    both,
    [],
    ["truncated 9"],
  ]);
});
