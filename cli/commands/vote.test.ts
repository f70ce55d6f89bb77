import { expect, test } from "vitest";
import { voteOn } from "./vote.ts";

test("the majority labels, agreement is rewarded, and truth measures both", () => {
  const responses = ["\\boxed{4}", "The answer is 04.", "\\boxed{5}", "I do not know"];
  expect(voteOn({ id: "q", task: "math", responses, truth: "5" })).toEqual({
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
  });
});

test("without truth there are no metrics of truth", () => {
  const vote = voteOn({ id: 1, task: "gpqa", responses: ["A", "B", "B"] });
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
  const vote = voteOn({ id: 1, task: "math", responses: ["hm", "hm", "hm"], truth: "1" });
  expect(vote).toMatchObject({
    label: null,
    majority_count: 0,
    rewards: [0, 0, 0],
    label_accuracy: 0,
    pass: 0,
  });
});
