import { describe, expect, test } from "vitest";
import { configFrom, type TtrlConfig } from "../ttrlConfig.ts";
import { ThreeNumberPolicy, type Logits } from "../fixture.ts";
import type { Study } from "./answerKey.ts";
import { evaluateStudy, initialProgress, runStudy, type RunProgress, type StudyEvent } from "./studyRun.ts";

const PROMPTS = ["a", "b", "c", "d", "e"];
const LOGITS = Object.fromEntries(PROMPTS.map((prompt, i): [string, Logits] => [prompt, [i / 4, 0.3, 0]]));
const STUDY: Study = {
  questions: PROMPTS.map((prompt) => ({ id: prompt, prompt })),
  answerKey: new Map(PROMPTS.map((prompt) => [prompt, "8"])),
  task: "math",
};
/** Seven steps of two of five questions, so that epochs meet inside steps; evaluations at 0, 3, 6 and the end. */
const CONFIG = configFrom({
  seed: 3,
  steps: 7,
  questionsPerStep: 2,
  votesPerQuestion: 6,
  rolloutsPerQuestion: 4,
  warmupSteps: 3,
  schedule: "cosine",
  learningRate: 0.05,
  evaluateEvery: 3,
  evaluationSamples: 2,
  initialSamples: 5,
});

/** The measurements of an event, without times. */
function measurements(event: StudyEvent): unknown {
  return event.type === "evaluated" ? event.evaluation : event.step.metrics;
}

async function collect(
  policy: ThreeNumberPolicy,
  config: TtrlConfig,
  progress: RunProgress,
  limit = Infinity,
): Promise<StudyEvent[]> {
  const events: StudyEvent[] = [];
  for await (const event of runStudy(policy, STUDY, config, progress)) {
    events.push(event);
    if (events.length >= limit) break;
  }
  return events;
}

describe("a run", () => {
  test("evaluates the initial model, every few steps and the end, the ends with more samples", async () => {
    const events = await collect(new ThreeNumberPolicy(LOGITS), CONFIG, initialProgress(CONFIG));
    const order = events.map((event) =>
      event.type === "stepped"
        ? event.step.metrics.step
        : `${event.evaluation.step}:${event.evaluation.samples}`,
    );
    expect(order).toEqual(["0:5", 1, 2, 3, "3:2", 4, 5, 6, "6:2", 7, "7:5"]);
  });

  test("evaluates once where a regular evaluation falls on the end", async () => {
    const config = { ...CONFIG, steps: 3 };
    const events = await collect(new ThreeNumberPolicy(LOGITS), config, initialProgress(config));
    expect(events.map(({ type }) => type)).toEqual([
      "evaluated",
      "stepped",
      "stepped",
      "stepped",
      "evaluated",
    ]);
  });

  test("learns the same however often it is evaluated", async () => {
    const metricsOf = async (config: TtrlConfig) => {
      const events = await collect(new ThreeNumberPolicy(LOGITS), config, initialProgress(config));
      return events.filter(({ type }) => type === "stepped").map(measurements);
    };
    expect(await metricsOf({ ...CONFIG, evaluateEvery: 1 })).toEqual(await metricsOf(CONFIG));
  });
});

/** Every event of a run: each is a place to stop at. */
const EVENTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

describe.each([
  {},
  { labelSource: "initial-majority" },
  { labelSource: "random" },
  { labelSource: "random-reward", advantage: "reinforce++-baseline" },
  { labelSource: "truth", advantage: "reinforce++", aggregation: "sequence-mean-token-mean" },
  { voteBatch: 2, voteConfidence: 0.6, novelty: "n-grams" },
  { teacherShare: 0.5, teacherDecay: 0.5, teacherDecayEnd: 0.9 },
  { questionTrust: "initial-consensus", voting: "multi-label", advantage: "grpo" },
])("a run with %o, stopped and resumed", async (values) => {
  const config = configFrom({ ...CONFIG, ...values });
  const uninterrupted = await collect(new ThreeNumberPolicy(LOGITS), config, initialProgress(config));

  test.each(EVENTS)("after event %i continues as if uninterrupted", async (stop) => {
    expect(uninterrupted).toHaveLength(EVENTS.length);
    const policy = new ThreeNumberPolicy(LOGITS);
    const before = await collect(policy, config, initialProgress(config), stop);
    // The progress is a plain value: it survives a file.
    const progress = JSON.parse(JSON.stringify(before.at(-1)!.progress)) as RunProgress;
    const after = await collect(policy, config, progress);
    expect([...before, ...after].map(measurements)).toEqual(uninterrupted.map(measurements));
    expect(after.map((event) => event.progress)).toEqual(
      uninterrupted.slice(stop).map((event) => event.progress),
    );
  });
});

describe("a run that stops early", () => {
  // 7 is all but certain for every question, so no label ever flips. Two of five questions a step: the first step that
  // asks one again is the third, and two rates are there after the fourth.
  const sure = Object.fromEntries(PROMPTS.map((prompt): [string, Logits] => [prompt, [50, 0, 0]]));
  const config = configFrom({ ...CONFIG, stopWindow: 2, stopFlipRate: 0 });
  const order = (events: readonly StudyEvent[]) =>
    events.map((event) =>
      event.type === "stepped"
        ? event.step.metrics.step
        : `${event.evaluation.step}:${event.evaluation.samples}`,
    );

  test("ends with a final evaluation once labels have settled", async () => {
    const events = await collect(new ThreeNumberPolicy(sure), config, initialProgress(config));
    expect(order(events)).toEqual(["0:5", 1, 2, 3, "3:2", 4, "4:5"]);
  });

  test("takes no step more when it is resumed, only the evaluation it lacks", async () => {
    const policy = new ThreeNumberPolicy(sure);
    const events = await collect(policy, config, initialProgress(config), 6);
    expect(order(await collect(policy, config, events.at(-1)!.progress))).toEqual(["4:5"]);
    const all = await collect(new ThreeNumberPolicy(sure), config, initialProgress(config));
    expect(await collect(policy, config, all.at(-1)!.progress)).toEqual([]);
  });
});

describe("an evaluation", () => {
  test("changes nothing and gives the same figures again", async () => {
    const policy = new ThreeNumberPolicy(LOGITS);
    const point = { step: 2, samples: 8 };
    const first = await evaluateStudy(policy, STUDY, CONFIG, point);
    expect(await evaluateStudy(policy, STUDY, CONFIG, point)).toEqual(first);
    expect(policy.updates).toEqual([]);
    expect(policy.logits).toEqual(new ThreeNumberPolicy(LOGITS).logits);
  });

  test("draws anew at another step", async () => {
    const policy = new ThreeNumberPolicy(LOGITS);
    const first = await evaluateStudy(policy, STUDY, CONFIG, { step: 2, samples: 8 });
    const second = await evaluateStudy(policy, STUDY, CONFIG, { step: 3, samples: 8 });
    expect(second.questions).not.toEqual(first.questions);
  });

  test.each([
    [1, "a"],
    [2, "ad"],
    [3, "ace"],
    [4, "acde"],
    [5, "abcde"],
    [9, "abcde"],
  ])("asks %i questions, spread over the data set", async (evaluationQuestions, prompts) => {
    const policy = new ThreeNumberPolicy(LOGITS);
    await evaluateStudy(policy, STUDY, { ...CONFIG, evaluationQuestions }, { step: 0, samples: 1 });
    expect(policy.asked[0]).toHaveLength(Math.min(evaluationQuestions, PROMPTS.length));
    expect(policy.asked[0]!.join("")).toBe(prompts);
  });

  test("ends with the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const policy = new ThreeNumberPolicy(LOGITS);
    await expect(evaluateStudy(policy, STUDY, CONFIG, { step: 0, samples: 1 }, { signal })).rejects.toThrow(
      "enough",
    );
  });
});
