import { describe, expect, test } from "vitest";
import { configFrom, methodOf } from "./ttrlConfig.ts";
import {
  names,
  QUICK,
  say,
  steps as stepsOf,
  studyOf,
  ThreeNumberPolicy,
  train,
  uniform,
  type Logits,
} from "./fixture.ts";
import type { Sampling } from "./contracts/policy.ts";
import { initialLoopState } from "./loop/loopState.ts";
import { runStudy, type StudyStep } from "./metrics/studyRun.ts";
import { ttrl } from "./ttrl.ts";

describe("what the loop learns", () => {
  // Initial probabilities of 7, 8 and 9: e^0.8 : e^0.2 : 1 over their sum = 0.50 : 0.27 : 0.22.
  const tilted: Logits = [0.8, 0.2, 0];

  test("the policy sharpens towards its majority", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"], { q: "7" }), { steps: 60 });
    expect(policy.probabilities("q")[0]).toBeGreaterThan(0.95);
    expect(steps.at(-1)?.metrics).toMatchObject({ labelAccuracy: 1, rewardAccuracy: 1 });
    expect(steps.at(-1)?.metrics.majorityRatio).toBeGreaterThan(steps[0]!.metrics.majorityRatio);
  });

  test("it sharpens towards a wrong majority just as happily, while label accuracy reads 0", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"], { q: "9" }), { steps: 60 });
    expect(policy.probabilities("q")[0]).toBeGreaterThan(0.95);
    expect(steps.map(({ metrics }) => metrics.labelAccuracy)).toEqual(Array(60).fill(0));
    expect(steps[0]!.metrics.rewardAccuracy).toBeGreaterThan(0);
    expect(steps.at(-1)!.metrics.rewardAccuracy).toBeLessThan(0.1); // every reward is for a wrong answer now
  });

  test("the answer key changes the metrics and nothing that is trained", async () => {
    const prompts = names(3);
    const key = { q0: "7", q1: "8", q2: "9" };
    const poison = { q0: "9", q1: "\\boxed{}", q2: "7" };
    const runs = [];
    for (const truths of [key, poison, {}]) {
      const policy = new ThreeNumberPolicy({ q0: tilted, q1: tilted, q2: tilted });
      const steps = await train(policy, studyOf(prompts, truths), { steps: 4, questionsPerStep: 2 });
      const groups = steps.map((step) => step.groups);
      runs.push({ trained: { updates: policy.updates, logits: policy.logits, groups }, steps });
    }
    const [right, poisoned, none] = runs;
    expect(poisoned!.trained).toEqual(right!.trained);
    expect(none!.trained).toEqual(right!.trained);
    expect(poisoned!.steps.map(({ metrics }) => metrics.labelAccuracy)).not.toEqual(
      right!.steps.map(({ metrics }) => metrics.labelAccuracy),
    );
  });

  test("nothing when nobody answers", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const silent = Object.assign(policy, {
      sample: () => Promise.resolve([[say("I give up"), say("")]]),
    });
    const [step] = await train(silent, studyOf(["q"], { q: "7" }), { steps: 1, votesPerQuestion: 2, rolloutsPerQuestion: 2 }); // prettier-ignore
    expect(policy.updates).toEqual([]);
    expect(step!.metrics).toMatchObject({
      unansweredShare: 1,
      reward: 0,
      unanimousShare: 1,
      gradientNorm: null,
    });
  });
});

describe("what the loop trains on", () => {
  test("the first responses of a group, with advantages of those alone", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const [step] = await train(policy, studyOf(["q"]), {
      steps: 1,
      votesPerQuestion: 12,
      rolloutsPerQuestion: 5,
    });
    const [group] = step!.groups;
    expect(group!.responses).toHaveLength(12);
    expect(group!.rewards).toHaveLength(12);
    expect(group!.advantages).toHaveLength(5);
    const trained = policy.updates[0]!.rollouts;
    expect(trained.map(({ response }) => response)).toEqual(group!.responses.slice(0, 5));
    expect(trained.map(({ advantages }) => [...advantages])).toEqual(
      group!.advantages.map((advantage) => [Math.fround(advantage)]),
    );
  });

  test("responses with an advantage, divided by all tokens kept; with KL, every kept response", async () => {
    const logits = { sure: [50, 0, 0], open: [0, 0, 0] } as const; // "sure" always says 7: no advantage
    for (const [klCoefficient, trained] of [
      [0, 16],
      [0.1, 32],
    ]) {
      const policy = new ThreeNumberPolicy(logits);
      const [step] = await train(policy, studyOf(["sure", "open"]), { steps: 1, klCoefficient });
      expect(policy.updates).toHaveLength(1);
      expect(policy.updates[0]!.rollouts).toHaveLength(trained!);
      expect(policy.updates[0]!.rollouts.every(({ weight }) => weight === 1 / 32)).toBe(true);
      expect(step!.metrics.unanimousShare).toBe(0.5);
    }
  });

  test.each([
    [1, 5, [5]],
    [2, 5, [2, 3]],
    [3, 5, [1, 2, 2]],
    [8, 5, [1, 1, 1, 1, 1]], // a question is never split
  ])("in %i updates of %i questions: %o", async (updatesPerStep, count, sizes) => {
    const prompts = names(count);
    const policy = new ThreeNumberPolicy(uniform(prompts));
    await train(policy, studyOf(prompts), { steps: 1, updatesPerStep, klCoefficient: 0.1 });
    const questions = policy.updates.map(
      ({ rollouts }) => new Set(rollouts.map(({ prompt }) => prompt)).size,
    );
    expect(questions).toEqual(sizes);
  });

  test("with reinforce++, even where a group is unanimous: its responses compare with all others", async () => {
    const policy = new ThreeNumberPolicy({ sure: [50, 0, 0], open: [0, 0, 0] });
    const prompts = studyOf(["sure", "open"]);
    const [step] = await train(policy, prompts, { steps: 1, advantage: "reinforce++" });
    const advantages = step!.groups.flatMap((group) => group.advantages);
    expect(policy.updates[0]!.rollouts).toHaveLength(32);
    expect(Math.abs(advantages.reduce((sum, advantage) => sum + advantage, 0))).toBeLessThan(1e-12); // 32 roundings
    expect(new Set(advantages).size).toBe(2); // one of each reward
  });

  test("with remax, against one greedy response to each question", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const answers = ["7", "8", "8", "9"].map((answer) => say(`\\boxed{${answer}}`));
    const scripted = Object.assign(policy, {
      sample: (_: unknown, { count, temperature }: Sampling) =>
        Promise.resolve([temperature === 0 ? [say("\\boxed{8}")] : answers.slice(0, count)]),
    });
    const few = { votesPerQuestion: 4, rolloutsPerQuestion: 3 };
    const [step] = await train(scripted, studyOf(["q"]), { steps: 1, advantage: "remax", ...few });
    expect(step!.groups[0]!.rewards).toEqual([0, 1, 1, 0]);
    expect(step!.groups[0]!.advantages).toEqual([-1, 0, 0]);
    expect(policy.updates[0]!.rollouts).toHaveLength(1);
    expect(step!.metrics.sampledTokens).toBe(5); // each has one token, the greedy response too
  });

  test("with the loss mean of the configuration", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const means = { aggregation: "sequence-mean-token-sum-norm", maxResponseTokens: 5 };
    await train(policy, studyOf(["q"]), { steps: 1, ...means });
    expect(policy.updates[0]!.rollouts.every(({ weight }) => weight === 1 / (16 * 5))).toBe(true);
  });

  test("by PPO's loss alone unless the configuration says more", async () => {
    const optionsOf = async (values: object) => {
      const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
      await train(policy, studyOf(["q"]), { steps: 1, ...values });
      return policy.updates[0]!.options;
    };
    const plain = {
      clipLow: 0.2,
      clipHigh: 0.2,
      dualClip: Infinity,
      entropyCoefficient: 0,
      klEstimator: "k3",
    };
    expect(await optionsOf({})).toMatchObject({ ...plain, klCoefficient: 0 });
    const more = { clipRange: 0.1, clipHigh: 0.28, dualClip: 3, entropyCoefficient: 0.01, klEstimator: "k2" };
    expect(await optionsOf({ ...more, klCoefficient: 0.5 })).toMatchObject({
      clipLow: 0.1,
      clipHigh: 0.28,
      dualClip: 3,
      entropyCoefficient: 0.01,
      klEstimator: "k2",
      klCoefficient: 0.5,
    });
  });

  test("with KL in the reward, on advantages that pay for the distance to the initial model", async () => {
    const policy = new ThreeNumberPolicy({ sure: [50, 0, 0] }); // always 7, so the rewards are equal
    const initial = Math.log(0.5); // the initial model was less sure: k1 is -ln 0.5 for each token
    const moved = Object.assign(policy, {
      initialLogprobs: (rollouts: readonly unknown[]) =>
        Promise.resolve(rollouts.map((_, i) => Float32Array.of(i < 8 ? initial : 0))),
    });
    const kl = { klPlace: "reward", klEstimator: "k1", klCoefficient: 0.1, advantage: "dr-grpo" };
    const [step] = await train(moved, studyOf(["sure"]), { steps: 1, ...kl });
    const { advantages, rewards } = step!.groups[0]!;
    expect(rewards).toEqual(Array(16).fill(1));
    // Half pay 0.1 ln 2 and half nothing, so each is half of that off the mean; float32 logprobs.
    for (const [i, advantage] of advantages.entries()) {
      expect(advantage).toBeCloseTo((i < 8 ? -0.05 : 0.05) * Math.LN2, 7);
    }
    expect(policy.updates[0]!.options.klCoefficient).toBe(0);
  });

  test("with the step's learning rate", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const steps = await train(policy, studyOf(["q"]), { steps: 2, warmupSteps: 4, learningRate: 0.08 });
    expect(policy.updates.map(({ options }) => options.learningRate)).toEqual([0.02, 0.04]);
    expect(steps.map(({ metrics }) => metrics.learningRate)).toEqual([0.02, 0.04]);
  });
});

describe("which questions a step asks", () => {
  async function asked(
    count: number,
    questionsPerStep: number,
    steps: number,
    values = {},
  ): Promise<string[][]> {
    const prompts = names(count);
    const policy = new ThreeNumberPolicy(uniform(prompts));
    const few = { votesPerQuestion: 1, rolloutsPerQuestion: 1 };
    await train(policy, studyOf(prompts), { ...few, questionsPerStep, steps, ...values });
    return policy.asked;
  }

  test.each([
    [6, 2],
    [7, 3],
    [5, 4],
    [4, 3],
  ])("%i questions, %i a step: each epoch asks every question once", async (count, questionsPerStep) => {
    const epochs = 6;
    const drawn = (
      await asked(count, questionsPerStep, Math.ceil((count * epochs) / questionsPerStep))
    ).flat();
    const orders = new Set<string>();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = drawn.slice(epoch * count, (epoch + 1) * count);
      expect([...order].sort()).toEqual(names(count));
      orders.add(order.join());
    }
    expect(orders.size).toBeGreaterThan(1); // shuffled anew
  });

  test("no step asks a question twice, not even where two epochs meet", async () => {
    for (const step of await asked(5, 4, 50)) expect(new Set(step).size).toBe(4);
  });

  test("an epoch may drop the questions that fill no step", async () => {
    const steps = await asked(7, 3, 40, { epochRest: "dropped" });
    for (let i = 0; i < steps.length; i += 2) expect(new Set([...steps[i]!, ...steps[i + 1]!]).size).toBe(6);
    expect(new Set(steps.flat()).size).toBe(7); // another one each time
  });

  test("a step larger than the data set asks every question once", async () => {
    for (const step of await asked(3, 16, 4)) expect([...step].sort()).toEqual(names(3));
  });
});

describe("the loop as a generator", () => {
  test("gives the same run for the same seed, and another for another", async () => {
    const prompts = names(3);
    const runOf = async (seed: number) => {
      const policy = new ThreeNumberPolicy(uniform(prompts));
      const steps = await train(policy, studyOf(prompts, { q0: "7" }), {
        steps: 5,
        questionsPerStep: 2,
        seed,
      });
      return { metrics: steps.map(({ metrics }) => metrics), logits: [...policy.logits] };
    };
    const first = await runOf(1);
    expect(await runOf(1)).toEqual(first);
    expect(await runOf(2)).not.toEqual(first);
  });

  test("does no work that is not asked for", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const steps = stepsOf(policy, studyOf(["q"]), { steps: 5 });
    expect(policy.asked).toHaveLength(0);
    await steps.next();
    expect(policy.asked).toHaveLength(1);
    await steps.return(undefined);
    expect(policy.asked).toHaveLength(1);
  });

  test("ends with the signal's reason inside a step, and changes nothing after it", async () => {
    const policy = new ThreeNumberPolicy({ q: [0, 0, 0] });
    const config = configFrom({ ...QUICK, steps: 5 });
    const controller = new AbortController();
    const watch = { signal: controller.signal };
    const loop = { models: policy, set: studyOf(["q"]), method: methodOf(config), watch };
    const steps = ttrl(loop, initialLoopState(config));
    await steps.next();
    const logits = [...policy.logits.get("q")!];
    const next = steps.next();
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    expect(policy.logits.get("q")).toEqual(logits);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });

  test("times its phases apart from the metrics", async () => {
    const config = configFrom({ ...QUICK, steps: 1 });
    const progress = { loop: initialLoopState(config), evaluated: true };
    const run = runStudy(new ThreeNumberPolicy({ q: [0, 0, 0] }), studyOf(["q"]), config, progress);
    const found: StudyStep[] = [];
    for await (const event of run) if (event.type === "stepped") found.push(event.step);
    const { timing, metrics } = found[0]!;
    expect(timing.sampleTokensPerSecond).toBe(metrics.sampledTokens / timing.sampleSeconds);
    expect(timing.trainTokensPerSecond).toBe(metrics.trainedTokens / timing.trainSeconds);
    expect(timing.stepSeconds).toBe(timing.sampleSeconds + timing.judgeSeconds! + timing.trainSeconds);
    expect(timing.sampleMsPerToken! * timing.sampleTokensPerSecond).toBeCloseTo(1000, 9);
    expect(timing.batchTokensPerSecond).toBeNull(); // three numbers have no prompts' tokens
    expect(Object.keys(metrics).filter((name) => /second/i.test(name))).toEqual([]);
  });
});
