import { describe, expect, it } from "vitest";
import { layOutTraining, type TrainingRow } from "../../webgpu/training/trainingBatch.ts";
import { microBatches } from "../learning/microBatches.ts";
import { DEFAULT_BUDGET } from "../contracts/memoryBudget.ts";
import { packRows } from "../tfjs/packedRows.ts";
import { demandWith } from "./fixture.ts";
import { largestMicroBatch, runWorkload } from "./runWorkload.ts";

/** `responses` rows for each prompt length, of `maxTokens` more tokens each. */
function rows(promptLengths: readonly number[], responses: number, maxTokens: number): TrainingRow[] {
  return promptLengths.flatMap((first, prompt) =>
    Array.from({ length: responses }, (): TrainingRow => ({
      tokens: new Int32Array(first + maxTokens).fill(prompt),
      first,
      advantages: [],
      oldLogprobs: [],
      referenceLogprobs: null,
    })),
  );
}

describe("the largest micro-batch", () => {
  it.each([
    { lengths: [10, 10, 10, 10], responses: 8, maxTokens: 24, tokens: 200 },
    { lengths: [10, 10], responses: 3, maxTokens: 7, tokens: 4096 },
    { lengths: [30, 30, 30], responses: 4, maxTokens: 5, tokens: 20 }, // a row is larger than the batch
  ])(
    "is as large as the batches of $lengths that are laid out",
    ({ lengths, responses, maxTokens, tokens }) => {
      const sampled = { questions: lengths.length, responses };
      const batches = microBatches(rows(lengths, responses, maxTokens), (row) => row.tokens.length, tokens);
      const laidOut = batches.map((batch) => layOutTraining(batch, 1).sizes);
      const planned = largestMicroBatch(lengths, sampled, maxTokens, tokens);
      expect(planned.scored).toBe(Math.max(...laidOut.map(([, scored]) => scored)));
      const lines = Math.max(...laidOut.map(([count]) => count));
      expect(planned.lines).toBeGreaterThanOrEqual(lines);
      expect(planned.lines).toBeLessThanOrEqual(lines + 10); // where the rows of a prompt begin in a batch is not known
      const whole = batches.map((batch) =>
        packRows(
          batch.map((row) => row.tokens.slice(0, -1)),
          batch.map((row) => row.first),
        ),
      );
      expect(planned.whole).toBe(Math.max(...whole.map(({ packedAt }) => packedAt.length)));
    },
  );
});

describe("the work of a run", () => {
  const sampled = [
    { questions: 2, responses: 4 },
    { questions: 3, responses: 64 },
  ];

  it("samples the longest prompts together", () => {
    const { policy } = runWorkload(demandWith({ sampled }), [5, 9, 7], DEFAULT_BUDGET);
    expect(policy.sampled).toEqual([
      { lengths: [9, 7], counts: [4, 4], maxTokens: 8 },
      { lengths: [9, 7, 5], counts: [64, 64, 64], maxTokens: 8 },
    ]);
  });

  it("gives a reward model, a teacher and a critic their own, where there are any", () => {
    const taught = { questions: 2, responses: 2 };
    const all = demandWith({ taught, initialModel: true, critic: true, rewardModel: true });
    const work = runWorkload(all, [5, 9, 7], DEFAULT_BUDGET);
    const batch = work.policy.trained;
    expect(work).toMatchObject({ initialModel: true, critic: batch });
    expect(work.rewardModel).toEqual({ sampled: [], trained: batch, scored: batch });
    expect(work.teacher?.sampled).toEqual([{ lengths: [9, 7], counts: [2, 2], maxTokens: 8 }]);
    const plain = runWorkload(demandWith({}), [5, 9, 7], DEFAULT_BUDGET);
    expect(plain).toMatchObject({ initialModel: false, critic: null, teacher: null, rewardModel: null });
  });
});
