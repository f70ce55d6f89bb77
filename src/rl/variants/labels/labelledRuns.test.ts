import { describe, expect, test } from "vitest";
import { configFrom, methodOf } from "../../ttrlConfig.ts";
import {
  names,
  QUICK,
  steps as stepsOf,
  studyOf,
  ThreeNumberPolicy,
  train,
  uniform,
  type Logits,
} from "../../fixture.ts";
import { initialLoopState } from "../../loop/loopState.ts";
import { ttrl } from "../../ttrl.ts";

describe("labels of a run", () => {
  const tilted: Logits = [0.8, 0.2, 0]; // 7 is likeliest

  test("of the truth are learnt where it is granted, and asked for otherwise", async () => {
    const policy = new ThreeNumberPolicy({ q: tilted });
    const study = studyOf(["q"], { q: "9" });
    await train(policy, study, { labelSource: "truth", steps: 60 });
    expect(policy.probabilities("q")[2]).toBeGreaterThan(0.95);
    const config = configFrom({ ...QUICK, labelSource: "truth", steps: 1 });
    const models = new ThreeNumberPolicy({ q: tilted });
    const withheld = ttrl({ models, set: study, method: methodOf(config) }, initialLoopState(config));
    await expect(withheld.next()).rejects.toThrow("without true labels");
  });

  test("leave what the first step asks and samples alone", async () => {
    const first = async (labelSource: string) => {
      const policy = new ThreeNumberPolicy(uniform(names(4)));
      const [step] = await train(policy, studyOf(names(4)), { labelSource, steps: 1, questionsPerStep: 3 });
      return step!.groups.map(({ question, responses }) => ({ question, responses }));
    };
    const majority = await first("majority");
    for (const labelSource of ["initial-majority", "random", "random-reward", "format"]) {
      expect(await first(labelSource)).toEqual(majority);
    }
  });

  test("of the initial model are voted for once, and kept in the state", async () => {
    const policy = new ThreeNumberPolicy({ a: [3, 0, 0], b: [0, 3, 0] }); // 7 and 8, nine times in ten
    const study = studyOf(["a", "b"]);
    const steps = await train(policy, study, {
      labelSource: "initial-majority",
      steps: 3,
      questionsPerStep: 1,
    });
    expect(policy.asked).toHaveLength(4);
    // 16 votes a question, each of one token; the first step pays for the votes of both questions besides its own.
    expect(steps.map(({ metrics }) => metrics.sampledTokens)).toEqual([48, 16, 16]);
    expect(policy.asked[0]).toEqual(["a", "b"]);
    for (const { state, groups } of steps) {
      expect(state.initialLabels).toEqual(["7", "8"]);
      for (const { question, answers, rewards } of groups) {
        expect(rewards).toEqual(
          answers.map((answer) => Number(answer === (question.id === "a" ? "7" : "8"))),
        );
      }
    }
  });

  test("of the initial model cannot be had from a later one", async () => {
    const config = configFrom({ ...QUICK, labelSource: "initial-majority", steps: 3 });
    const state = { ...initialLoopState(config), step: 1 };
    const values = { labelSource: "initial-majority", steps: 3 };
    const steps = stepsOf(new ThreeNumberPolicy({ q: tilted }), studyOf(["q"]), values, state);
    await expect(steps.next()).rejects.toThrow("lacks the initial model's votes");
  });
});
