import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { voteOn, type GroupLine } from "./vote.ts";

const DATA = new URL("../../../shared/data/grader/majority.jsonl", import.meta.url);

const CORRECTED = { answers: "corrected", answerFormat: "auto" } as const;
const PAPER = { answers: "paper", answerFormat: "auto" } as const;

test("the majority labels, agreement is rewarded, and truth measures both", () => {
  const responses = ["\\boxed{4}", "The answer is 04.", "\\boxed{5}", "I do not know"];
  expect(voteOn({ id: "q", task: "math", responses, truth: "5" }, CORRECTED)).toEqual({
    id: "q",
    extracted: ["4", "4", "5", null],
    label: "4",
    majority_count: 2,
    rewards: [1, 1, 0, 0],
    majority_ratio: 0.5,
    majority_voting_reward: 0.5,
    label_accuracy: 0,
    // Truth would give [0, 0, 1, 0]: only the silent response was rewarded as it should be.
    reward_accuracy: 0.25,
    ground_truth_ratio: 0.25,
    pass: 1,
    ungraded_share: 0,
  });
});

test("without truth there are no metrics of truth", () => {
  const vote = voteOn({ id: 1, task: "gpqa", responses: ["A", "B", "B"] }, CORRECTED);
  expect(Object.keys(vote)).toEqual([
    "id",
    "extracted",
    "label",
    "majority_count",
    "rewards",
    "majority_ratio",
    "majority_voting_reward",
  ]);
  expect(vote.label).toBe("B");
});

test("silence wins no vote and earns nothing", () => {
  const vote = voteOn({ id: 1, task: "math", responses: ["hm", "hm", "hm"], truth: "1" }, CORRECTED);
  expect(vote).toMatchObject({
    label: null,
    majority_count: 0,
    rewards: [0, 0, 0],
    label_accuracy: 0,
    pass: 0,
  });
});

test("what could not be graded is left out, and counted apart", () => {
  const responses = ["\\boxed{9^9^9^9}", "\\boxed{5}", "\\boxed{5}", "\\boxed{4}"];
  const vote = voteOn({ id: 1, task: "math", responses, truth: "5" }, CORRECTED);
  // Of the three that were graded all were rewarded as they should be, and two are right.
  expect(vote).toMatchObject({
    ungraded_share: 0.25,
    reward_accuracy: 1,
    ground_truth_ratio: 2 / 3,
    pass: 1,
  });
  const alone = voteOn({ id: 1, task: "math", responses: responses.slice(0, 1), truth: "5" }, CORRECTED);
  expect(alone).toMatchObject({
    label_accuracy: null,
    reward_accuracy: null,
    ground_truth_ratio: null,
    pass: null,
    ungraded_share: 1,
  });
  const wrong = voteOn(
    { id: 1, task: "math", responses: [...responses.slice(0, 1), "\\boxed{4}"], truth: "5" },
    CORRECTED,
  );
  expect(wrong).toMatchObject({ ground_truth_ratio: 0, pass: null }); // the first may be right
});

describe("under the paper's rules", () => {
  test.skipIf(!existsSync(DATA))("votes and their metrics agree with the authors' in ../shared", () => {
    for (const line of readFileSync(DATA, "utf8").trim().split("\n")) {
      const row = JSON.parse(line) as GroupLine; // compared below
      const counted = { majority_count: expect.any(Number) as number, ungraded_share: 0 }; // not in the file
      expect({ ...row, ...voteOn(row, PAPER) }).toEqual({ ...row, ...counted });
    }
  });

  test("no answer wins like any other, and is rewarded", () => {
    const vote = voteOn(
      { id: 1, task: "math", responses: ["no idea", "hm", "\\boxed{3}"], truth: "3" },
      PAPER,
    );
    expect(vote).toMatchObject({ label: "", majority_count: 2, rewards: [1, 1, 0] });
    expect(vote).toMatchObject({ reward_accuracy: 0, ground_truth_ratio: 1 / 3, pass: 1 });
  });

  test("a right label that is no number is logged as wrong, and as right when graded directly", () => {
    const vote = voteOn(
      { id: 1, task: "math", responses: ["\\boxed{5x}", "\\boxed{5x}"], truth: "5x" },
      PAPER,
    );
    expect(vote).toMatchObject({ label_accuracy: 0, label_accuracy_direct: 1 });
  });
});
