import { describe, expect, test } from "vitest";
import { configFrom } from "../ttrlConfig.ts";
import {
  names,
  steps as stepsOf,
  studyOf,
  ThreeNumberPolicy,
  train,
  uniform,
  type Logits,
  type MeasuredStep,
} from "../fixture.ts";
import type { LoopState } from "../loop/loopState.ts";
import { trustIn } from "./trust.ts";

const tilted: Logits = [0.8, 0.2, 0]; // 7 is likeliest, half of the time
const PROMPTS = names(4);
const STUDY = studyOf(PROMPTS, { q0: "7", q1: "7", q2: "7", q3: "7" });
const mixed = (): ThreeNumberPolicy =>
  new ThreeNumberPolicy({ q0: [8, 0, 0], q1: [8, 0, 0], q2: tilted, q3: [0, 0, 0] });

/** The first step of a run, by prompt of its questions. */
async function firstStep(values: object): Promise<MeasuredStep> {
  const [step] = await train(mixed(), STUDY, { steps: 1, questionsPerStep: 4, ...values });
  return step!;
}

describe("votes in batches", () => {
  test("are the first votes of the run that draws them all, as many as it takes", async () => {
    const all = await firstStep({});
    const some = await firstStep({ voteBatch: 4 });
    const lengths = new Map<string, number>();
    for (const [i, { question, responses, vote }] of some.groups.entries()) {
      expect(all.groups[i]!.question).toEqual(question);
      expect(all.groups[i]!.responses.slice(0, responses.length)).toEqual(responses);
      expect(responses.length % 4).toBe(0);
      lengths.set(question.id, responses.length);
      if (responses.length < 16) expect(vote.pseudoLabel).toBe(all.groups[i]!.vote.pseudoLabel);
    }
    expect(lengths.get("q0")).toBe(4); // four of four for 7: 31/32
    expect(lengths.get("q3")).toBeGreaterThan(4);
    const drawn = [...lengths.values()].reduce((total, length) => total + length, 0);
    expect(some.metrics.savedVotes).toBe(1 - drawn / 64);
    expect(some.metrics.sampledTokens).toBe(drawn);
    expect(all.metrics.savedVotes).toBeNull();
  });

  test("leave the questions of later steps alone", async () => {
    const asked = async (values: object) => {
      const steps = await train(mixed(), STUDY, { steps: 3, questionsPerStep: 2, ...values });
      return steps.map(({ groups }) => groups.map(({ question }) => question.id));
    };
    expect(await asked({ voteBatch: 4 })).toEqual(await asked({}));
  });
});

describe("a teacher", () => {
  test("that nothing sets apart from the policy yet casts the votes that the policy would have cast", async () => {
    const alone = await firstStep({ rolloutsPerQuestion: 8 });
    const along = await firstStep({ rolloutsPerQuestion: 8, teacherShare: 0.25 });
    for (const [i, { responses, others, vote, advantages }] of along.groups.entries()) {
      expect([...responses, ...others!.responses]).toEqual(alone.groups[i]!.responses);
      expect(others!.responses).toHaveLength(4);
      expect(vote).toEqual(alone.groups[i]!.vote);
      expect(advantages).toEqual(alone.groups[i]!.advantages);
    }
    expect(along.metrics.sampledTokens).toBe(alone.metrics.sampledTokens);
  });

  test("that casts all votes leaves the policy's responses to training", async () => {
    const { groups } = await firstStep({ rolloutsPerQuestion: 8, teacherShare: 1 });
    for (const { responses, others, vote } of groups) {
      expect(responses).toHaveLength(8);
      expect(others!.responses).toHaveLength(16);
      expect([...vote.counts.values()].reduce((total, count) => total + count, 0)).toBe(16);
    }
  });

  test("follows the policy by its decay after every step", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const study = studyOf(["q"]);
    await train(policy, study, { steps: 1, teacherShare: 0.25, teacherDecay: 0.75 });
    const { teacher } = await policy.emaTeacher();
    for (const [i, logit] of teacher.logits.get("q")!.entries()) {
      expect(logit).toBeCloseTo(0.75 * tilted[i]! + 0.25 * policy.logits.get("q")![i]!, 14);
    }
  });

  // The policy begins where 9 is likeliest, its teacher where 7 is, and stays there.
  test("is what the policy learns", async () => {
    const policy = new ThreeNumberPolicy({ q: [3, 0, 0] });
    policy.logits.set("q", [0, 0, 1]);
    const values = { steps: 60, teacherShare: 1, teacherDecay: 0.99999 };
    const steps = await train(policy, studyOf(["q"], { q: "7" }), values);
    expect(steps[0]!.metrics).toMatchObject({ teacherAgreement: 0, labelAccuracy: 1 });
    expect(steps.at(-1)!.metrics.teacherAgreement).toBe(1);
    expect(policy.probabilities("q")[0]).toBeGreaterThan(0.9);
  });
});

describe("question weights", () => {
  const values = { questionTrust: "initial-consensus", trustCentre: 1, questionTrustWidth: 0.25 };

  test("are the trust in the initial model's consensus, and scale all advantages", async () => {
    const plain = await firstStep({});
    const weighted = await firstStep(values);
    const { initialRatios } = weighted.state;
    expect(initialRatios?.slice(0, 2)).toEqual([1, 1]);
    for (const [g, { question, advantages }] of weighted.groups.entries()) {
      const trust = trustIn(initialRatios![PROMPTS.indexOf(question.id)]!, {
        centre: 1,
        width: 0.25,
      });
      for (const [i, value] of advantages.entries()) {
        expect(value).toBeCloseTo(trust * plain.groups[g]!.advantages[i]!, 14);
      }
    }
    expect(plain.state).not.toHaveProperty("initialRatios");
  });

  test("are taken once: a run goes on with those of its state, and not without", async () => {
    const policy = new ThreeNumberPolicy(uniform(PROMPTS));
    const first = await train(policy, STUDY, { ...values, steps: 1 });
    const { initialRatios, initialLabels, ...without } = first[0]!.state;
    expect(initialLabels).toHaveLength(PROMPTS.length);
    const before = policy.asked.length;
    const goOn = (state: LoopState) => stepsOf(policy, STUDY, { ...values, steps: 2 }, state).next();
    const next = await goOn(first[0]!.state);
    expect(policy.asked.length - before).toBe(1); // the step's votes alone
    expect(next.value).toMatchObject({ state: { initialRatios } });
    await expect(goOn(without)).rejects.toThrow("lacks the initial model's votes");
  });
});

describe("what does not go together", () => {
  test.each([
    [
      { voteBatch: 8, teacherShare: 0.25 },
      "voteBatch (8) must be 0 where a teacher votes: teacherShare is 0.25",
    ],
    [{ novelty: "n-grams", advantage: "remax" }, "advantage must not be remax"],
  ])("%o is told", (values, problem) => {
    expect(() => configFrom(values)).toThrow(problem);
  });
});
