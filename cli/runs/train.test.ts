import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configFrom, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { DEFAULT_BUDGET } from "../../src/model/contracts/memoryBudget.ts";
import { initialProgress } from "../../src/rl/metrics/studyRun.ts";
import { describeOnGpu } from "../../src/webgpu/fixture.ts";
import type { StartedBackend } from "../../src/lab/startBackend.ts";
import type { CompanionStates } from "../../src/model/trainableModels.ts";
import { startBackend } from "../backend.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { readDatasetFile, withoutLabels } from "../files/datasetFile.ts";
import { createWorkspace, QUICK } from "../fixture.ts";
import { languageModelOf, openModelFile } from "../models/modelFile.ts";
import { openModels } from "../../src/lab/openRun.ts";
import { voteOn, type GroupLine } from "../commands/vote.ts";
import { mean, sum } from "../../src/math/stats.ts";
import type { Metrics } from "./journal.ts";
import { Stop } from "./stop.ts";
import { checkpointFolder, positionOf, train, type Display } from "./train.ts";

const workspace = createWorkspace();
const file = await openModelFile(join(workspace.folder, "model"));
const model = languageModelOf(file);
const dataset = await readDatasetFile(join(workspace.folder, "data.json"));
const others = [await readDatasetFile(join(workspace.folder, "transfer.json"))];
afterAll(workspace.remove);

// Two updates a step and KL: half a step is no state, and the initial weights matter after a resume.
const CONFIG = configFrom({ ...QUICK, steps: 4, updatesPerStep: 2, klCoefficient: 0.01, seed: 3 });

/** The same for a backend that takes twenty times as long. */
const SLOW = { ...CONFIG, questionsPerStep: 2, votesPerQuestion: 4, rolloutsPerQuestion: 4 };

type LoggedMetrics = Metrics &
  Partial<Record<"passAt1" | "groundTruthRatio" | "majAtN" | "labelAccuracy", number>>;

interface LoggedLine extends GroupLine {
  readonly rules: Pick<TtrlConfig, "answers" | "answerFormat">;
  readonly votes: Readonly<Record<string, number>>;
  readonly id: string;
  readonly prompt: string;
  readonly tokens: readonly number[];
  readonly finished: readonly boolean[];
  readonly extracted: readonly (string | null)[];
  readonly label: string | null;
  readonly rewards: readonly number[];
  readonly advantages?: readonly number[];
}

interface Result {
  readonly metrics: string;
  /** Lines of the response log. */
  readonly responses: string;
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly companions: CompanionStates;
}

/** Runs in `out`, from its checkpoint where it has one, until `stopAt` of what the run shows, or the end. */
async function go(
  backend: StartedBackend,
  out: string,
  options: { config?: TtrlConfig; labels?: boolean; stopAt?: (shown: Shown) => boolean } = {},
): Promise<Result> {
  const { config = CONFIG, labels = true, stopAt } = options;
  const folder = join(workspace.folder, out);
  mkdirSync(folder, { recursive: true });
  const checkpoint = readCheckpoint(checkpointFolder(folder));
  const request = { model, weights: file.weights, adapter: null, config, saved: checkpoint };
  const { models } = await openModels(request, backend, DEFAULT_BUDGET);
  const position = checkpoint
    ? positionOf(checkpoint, config.steps)
    : { progress: initialProgress(config), entries: [] };
  const stop = new Stop();
  let step = 0;
  const look = (shown: Shown): void => {
    if (stopAt?.(shown) === true) stop.request();
  };
  const display: Display = {
    working: (phase, done) => look({ phase, step, done }),
    found: () => undefined,
    recorded: ({ metrics }) => {
      step = metrics.step;
      look({ phase: `${metrics.type} recorded`, step, done: 0 });
    },
  };
  const own = labels ? dataset : withoutLabels(dataset);
  const training = { out: folder, models, config, own, others, checkpointEvery: 3, logResponses: true };
  await train(training, position, stop, display);
  const trained = await models.policy.weights();
  const weights = Object.fromEntries([...trained].map(([name, { data }]) => [name, data]));
  const companions = await models.companions();
  await models.dispose();
  const metrics = readFileSync(join(folder, "metrics.jsonl"), "utf8");
  const log = join(folder, "responses.jsonl.gz");
  const responses = existsSync(log) ? gunzipSync(readFileSync(log)).toString() : "";
  return { metrics, responses, weights, companions };
}

/** What the run showed: work in a phase after `step` steps, or that something was recorded. */
interface Shown {
  readonly phase: string;
  readonly step: number;
  readonly done: number;
}

/** Place, and what the run shows there: phase, steps done, work done in the phase. The slow CPU takes the first three. */
const STOPS: [string, string, number, number][] = [
  ["after step 1", "step recorded", 1, 0],
  ["while training step 3", "train", 2, 1],
  ["in the middle of the evaluation after step 2", "evaluate", 2, 1],
  ["in the middle of the base evaluation", "evaluate", 0, 1],
  ["between the base evaluations of two data sets", "evaluation recorded", 0, 0],
  ["while sampling step 1", "sample", 0, 1],
  ["while sampling step 3", "sample", 2, 1],
  ["after step 4", "step recorded", 4, 0],
  ["in the middle of the final evaluation", "evaluate", 4, 1],
];

describe("on wasm", () => describeRuns("wasm", () => startBackend("wasm"), STOPS));
describe("on cpu", () => describeRuns("cpu", () => startBackend("cpu"), STOPS.slice(0, 3), SLOW));

/** Runs with a companion model, whose state is continued too. */
const COMPANIONS = {
  "a critic": { advantage: "gae", criticLearningRate: 0.02 },
  "a reward model": { advantage: "prime", rewardModelLearningRate: 0.02, klCoefficient: 0 },
  "a teacher": { teacherShare: 0.5, teacherDecay: 0.5 },
};

describe.each(Object.entries(COMPANIONS))("with %s", (name, values) => {
  const config = { ...CONFIG, ...values } as TtrlConfig;

  test.each([
    ["after step 3", "step recorded", 3, 0],
    ["while training step 3", "train", 2, 1],
    ["while sampling step 3", "sample", 2, 1],
  ])("a run stopped %s and continued equals the undisturbed one, its companion too", async (...stop) => {
    const [place, phase, step, done] = stop;
    const backend = await startBackend("wasm");
    const undisturbed = await go(backend, `${name}-undisturbed-${place}`, { config });
    const stopAt = (shown: Shown): boolean =>
      shown.phase === phase && shown.step === step && shown.done >= done;
    const stopped = await go(backend, `${name}-${place}`, { config, stopAt });
    expect(stopped.metrics.length).toBeLessThan(undisturbed.metrics.length);
    const continued = await go(backend, `${name}-${place}`, { config });
    expectSame(continued, undisturbed);
    expect(continued.companions).toEqual(undisturbed.companions);
    const begun = readCheckpoint(checkpointFolder(join(workspace.folder, `${name}-${place}`)));
    expect(begun?.companions.size).toBe(1); // else this test shows little
  });
});

describeOnGpu("on recorded graphs", (gpu) => {
  const report = { backend: "webgpu", device: "for tests", reason: "a test" } as const;
  const memory = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  const start = () =>
    Promise.resolve({ report, graphs: { gpu: gpu(), memory, tuningBudget: 0 }, fault: gpu().fault });
  describeRuns("webgpu", start, STOPS.slice(0, 3));
});

function describeRuns(
  backend: string,
  start: () => Promise<StartedBackend>,
  stops: typeof STOPS,
  config = CONFIG,
): void {
  let undisturbed: Result;
  let started: StartedBackend;
  const goOn = (out: string, options: Parameters<typeof go>[2] = {}): Promise<Result> =>
    go(started, out, { config, ...options });
  beforeAll(async () => {
    started = await start();
    undisturbed = await goOn(`${backend}-undisturbed`);
  }, 60_000);

  test("the run learns: every step has a gradient and the weights move", async () => {
    const lines = undisturbed.metrics.trim().split("\n");
    const steps = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ type }) => type === "step");
    expect(steps.map(({ gradientNorm }) => Number(gradientNorm) > 0)).toEqual([true, true, true, true]);
    const name = "model.embed_tokens.weight";
    expect(undisturbed.weights[name]).not.toEqual(await file.weights.read(name));
  });

  test("the same seed gives the same metrics and weights bit for bit", async () => {
    expectSame(await goOn(`${backend}-again`), undisturbed);
  });

  test.each(stops)("a run stopped %s and continued equals the undisturbed one", async (...stop) => {
    const [place, phase, step, done] = stop;
    const out = `${backend}-${place}`;
    const stopAt = (shown: Shown): boolean =>
      shown.phase === phase && shown.step === step && shown.done >= done;
    const stopped = await goOn(out, { stopAt });
    expect(stopped.metrics.length).toBeLessThan(undisturbed.metrics.length);
    expect(undisturbed.metrics.startsWith(stopped.metrics)).toBe(true);
    expectSame(await goOn(out), undisturbed);
  });

  test("a finished run given more steps equals one that was to have them from the start", async () => {
    const out = `${backend}-more`;
    const first = await goOn(out, { config: { ...config, steps: 3 } });
    expect(undisturbed.metrics.startsWith(first.metrics)).toBe(false); // it ends with an evaluation that the long run has not
    expectSame(await goOn(out), undisturbed);
  });

  test("the response log has what every metric is made of", () => {
    const lines = undisturbed.responses
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LoggedLine);
    const metrics = undisturbed.metrics
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LoggedMetrics);
    for (const line of metrics) {
      const dataset = line.type === "step" ? "data" : line.dataset;
      const logged = lines.filter(
        (one) => one.kind === line.type && one.step === line.step && one.dataset === dataset,
      );
      const votes = logged.map((one) => voteOn(one, one.rules));
      const all = logged.flatMap((one, i) => one.responses.map((_, j) => ({
        answer: votes[i]!.extracted[j], tokens: one.tokens[j]!, finished: one.finished[j]!, reward: one.rewards[j]!,
      }))); // prettier-ignore
      expect(line.majorityRatio).toBe(mean(votes.map(({ majority_ratio: ratio }) => ratio)));
      expect(line.reward).toBe(mean(votes.map(({ rewards }) => mean(rewards))));
      expect(line.unansweredShare).toBe(mean(all.map(({ answer }) => Number(answer === null))));
      expect(line.truncatedShare).toBe(mean(all.map(({ finished }) => Number(!finished))));
      expect(line.responseLength).toBe(mean(all.map(({ tokens }) => tokens)));
      expect(line.sampledTokens).toBe(sum(all.map(({ tokens }) => tokens)));
      const accuracy = (name: "ground_truth_ratio" | "label_accuracy" | "pass" | "reward_accuracy"): number =>
        mean(votes.map((vote) => ("pass" in vote ? (vote[name] ?? NaN) : NaN)));
      expect(line.passAt1 ?? line.groundTruthRatio).toBe(accuracy("ground_truth_ratio"));
      expect(line.majAtN ?? line.labelAccuracy).toBe(accuracy("label_accuracy"));
      expect(line.passAtN).toBe(accuracy("pass"));
      expect(line.rewardAccuracy).toBe(accuracy("reward_accuracy"));
      for (const [i, one] of logged.entries()) {
        expect([one.extracted, one.label, one.rewards]).toEqual([
          votes[i]!.extracted,
          votes[i]!.label,
          votes[i]!.rewards,
        ]);
        expect(one.votes).toEqual(countsOf(one.extracted));
        expect(one.prompt).toContain(`${one.id.slice(1)} + 1?`);
        expect(one.advantages?.length).toBe(line.type === "step" ? config.rolloutsPerQuestion : undefined);
      }
    }
  });

  test("answers do not change what is learnt", async () => {
    const { metrics, weights } = await goOn(`${backend}-unlabelled`, { labels: false });
    expect(weights).toEqual(undisturbed.weights);
    expect(metrics).toContain('"labelAccuracy":null');
  });
}

/** Returns how often each answer was given, those that are missing left out. */
function countsOf(answers: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) if (answer !== null) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

function expectSame(a: Result, b: Result): void {
  expect(a.metrics).toBe(b.metrics);
  expect(a.responses).toBe(b.responses);
  expect(a.weights).toEqual(b.weights);
}
