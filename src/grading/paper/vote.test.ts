import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { paperAccuracy, paperVote } from "./vote.ts";

const DATA = new URL("../../../../shared/data/grader/majority.jsonl", import.meta.url);

interface Row {
  readonly task: "math" | "gpqa";
  readonly responses: string[];
  readonly truth: string;
}

test.skipIf(!existsSync(DATA))("votes and their metrics agree with the authors' in ../shared", () => {
  for (const line of readFileSync(DATA, "utf8").trim().split("\n")) {
    const row = JSON.parse(line) as Row; // compared below
    const vote = paperVote(row.responses, row.task);
    const { labelAccuracy, labelAccuracyDirect, rewardAccuracy, groundTruthRatio, pass } = paperAccuracy(
      vote,
      row.truth,
      row.task,
    );
    expect({
      ...row,
      extracted: vote.extracted,
      label: vote.label,
      rewards: vote.rewards,
      label_accuracy: labelAccuracy,
      label_accuracy_direct: labelAccuracyDirect,
      reward_accuracy: rewardAccuracy,
      majority_ratio: vote.majorityCount / row.responses.length,
      ground_truth_ratio: groundTruthRatio,
      pass,
    }).toEqual(row);
  }
});

test("equal answers in different spellings split the vote, yet all are rewarded", () => {
  const halves = ["\\boxed{\\frac12}", "\\boxed{\\frac12}", "\\boxed{\\frac12}"];
  const decimals = ["\\boxed{0.5}", "\\boxed{0.5}", "\\boxed{0.5}"];
  const vote = paperVote([...halves, ...decimals, "\\boxed{3}", "\\boxed{3}"], "math");
  expect(vote.label).toBe("\\frac{1}{2}");
  expect(vote.majorityCount).toBe(3);
  expect(vote.rewards).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
});

test("no answer wins like any other, and is rewarded", () => {
  const vote = paperVote(["no idea", "hm", "\\boxed{3}"], "math");
  expect(vote).toMatchObject({ label: "", majorityCount: 2, rewards: [1, 1, 0] });
  expect(paperAccuracy(vote, "3", "math")).toMatchObject({
    rewardAccuracy: 0,
    groundTruthRatio: 1 / 3,
    pass: 1,
  });
});

test("a right label that is no number is logged as wrong, and as right when graded directly", () => {
  const vote = paperVote(["\\boxed{5x}", "\\boxed{5x}"], "math");
  expect(paperAccuracy(vote, "5x", "math")).toMatchObject({ labelAccuracy: 0, labelAccuracyDirect: 1 });
});
