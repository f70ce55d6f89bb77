import { describe, expect, test, vi } from "vitest";
import { configFrom, configProblems, methodOf } from "../ttrlConfig.ts";
import { names, QUICK, studyOf, ThreeNumberPolicy, train, uniform, type Logits } from "../fixture.ts";

// Initial probabilities of 7, 8 and 9: 0.50, 0.27 and 0.22.
const tilted: Logits = [0.8, 0.2, 0];

describe.each([
  { advantage: "gae", criticLearningRate: 0.05 },
  { advantage: "prime", rewardModelLearningRate: 0.1, processScale: 1 },
])("with $advantage", (values) => {
  test("the policy sharpens towards its majority", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"], { q: "7" }), { ...values, steps: 60 });
    expect(policy.probabilities("q")[0]).toBeGreaterThan(0.95);
    expect(steps.at(-1)!.metrics).toMatchObject({ labelAccuracy: 1 });
  });

  test("the companion learns in as many updates as the policy, on whole questions", async () => {
    const policy = new ThreeNumberPolicy(uniform(names(4)));
    await train(policy, studyOf(names(4)), { ...values, steps: 1, updatesPerStep: 2 });
    const companion = values.advantage === "gae" ? await policy.critic() : await policy.rewardModel();
    const prompts = companion.updates.map(
      ({ rollouts }) => new Set(rollouts.map(({ prompt }) => prompt)).size,
    );
    expect(prompts).toEqual([2, 2]);
    expect(policy.updates).toHaveLength(2);
  });

  test("what others measure of their companions is null", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const [step] = await train(policy, studyOf(["q"]), { ...values, steps: 1 });
    const isCritic = values.advantage === "gae";
    expect(step!.metrics.valueLoss === null).toBe(!isCritic);
    expect(step!.metrics.rewardModelLoss === null).toBe(isCritic);
  });
});

describe("PPO's critic", () => {
  const PPO = { advantage: "gae", criticLearningRate: 0.05 };

  test("comes to expect what responses earn, and its loss falls", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"]), { ...PPO, steps: 30 });
    const [first, last] = [steps[0]!.metrics, steps.at(-1)!.metrics];
    expect(first.valueMean).toBe(0);
    expect(first.valueExplainedVariance).toBeCloseTo(0, 4); // 1e-5 stands beside the variance
    // Half the mean square of rewards of 0 and 1 where the value is 0.
    expect(first.valueLoss).toBeCloseTo(first.postReward! / 2, 12);
    expect(last.valueMean).toBeGreaterThan(0.6);
    expect(last.valueLoss).toBeLessThan(first.valueLoss! / 4);
  });

  test("learns returns beside its values before the step, by a learning rate of its own without warm-up", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    await train(policy, studyOf(["q"]), {
      ...PPO,
      steps: 2,
      warmupSteps: 10,
      valueClip: 0.25,
      weightDecay: 0.5,
    });
    const critic = await policy.critic();
    const [first, second] = critic.updates;
    expect(first!.options).toMatchObject({ learningRate: 0.05, valueClip: 0.25, weightDecay: 0.5 });
    expect(first!.rollouts.map(({ oldValues }) => oldValues[0])).toEqual(Array(16).fill(0));
    expect(new Set(first!.rollouts.map(({ returns }) => returns[0]))).toEqual(new Set([0, 1])); // the rewards
    const before = second!.rollouts[0]!.oldValues[0]!;
    expect(before).toBeGreaterThan(0);
    for (const { returns, weight } of second!.rollouts) {
      expect([0, 1]).toContain(Math.round(returns[0]! * 1e6) / 1e6); // advantage + value: float32 of a sum
      expect(weight).toBe(1 / 16);
    }
  });

  test("learns alone while it warms up", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"]), { ...PPO, steps: 3, criticWarmup: 2 });
    expect(steps.map(({ metrics }) => metrics.gradientNorm)).toEqual([null, null, 1]);
    expect(steps.every(({ metrics }) => metrics.valueLoss !== null)).toBe(true);
    expect(policy.updates).toHaveLength(1);
  });

  test("values only what is kept for training", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    await train(policy, studyOf(["q"]), { ...PPO, steps: 1, votesPerQuestion: 16, rolloutsPerQuestion: 5 });
    expect((await policy.critic()).updates[0]!.rollouts).toHaveLength(5);
  });
});

describe("PRIME's reward model", () => {
  const PRIME = { advantage: "prime", rewardModelLearningRate: 0.1, processScale: 1 };

  test("learns to tell rewarded responses from others", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const steps = await train(policy, studyOf(["q"]), { ...PRIME, steps: 20 });
    const [first, last] = [steps[0]!.metrics, steps.at(-1)!.metrics];
    expect(first.rewardModelLoss).toBeCloseTo(Math.log(2), 12); // it is the initial model
    expect(last.rewardModelLoss).toBeLessThan(0.5);
    const [seven = 0, eight = 1] = (await policy.rewardModel()).probabilities("q");
    expect(seven).toBeGreaterThan(eight);
  });

  test("scores before it learns, anew for each further update of the step", async () => {
    const policy = new ThreeNumberPolicy(uniform(names(2)));
    const rewardModel = await policy.rewardModel();
    const scored = vi.spyOn(rewardModel, "score");
    await train(policy, studyOf(names(2)), { ...PRIME, steps: 1, updatesPerStep: 2 });
    expect(scored.mock.calls.map(([rollouts]) => rollouts.length)).toEqual([32, 16]);
    expect(rewardModel.updates).toHaveLength(2);
    for (const { rollouts, options } of rewardModel.updates) {
      expect(options).toMatchObject({
        learningRate: 0.1,
        temperature: 1,
        gradientClip: 10,
        klCoefficient: 0,
      });
      for (const { response, weight, advantages } of rollouts) {
        // A third each: the toy's questions share nothing, so the second update finds its own untouched.
        expect(response.logprobs[0]).toBeCloseTo(Math.log(1 / 3), 6); // float32
        expect(weight).toBe(1 / 16);
        expect(Math.abs(advantages[0]!)).toBe(0.5); // reward less probability, at a ratio of 1
      }
    }
  });

  test("needs the initial model, and leaves KL out of its rewards", () => {
    expect(methodOf(configFrom(PRIME)).keepsReference).toBe(true);
    expect(methodOf(configFrom(QUICK)).keepsReference).toBe(false);
    const charged = { klPlace: "reward", klCoefficient: 0.1 };
    expect(configProblems({ ...PRIME, ...charged })[0]).toContain("klPlace (reward) must be loss");
    expect(configProblems({ ...QUICK, ...charged })).toEqual([]);
  });
});
