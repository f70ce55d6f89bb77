/** A lab whose worker is scripted by the test, and an experiment to run in it. */
import { readDataset } from "../../data/dataset.ts";
import { expect } from "vitest";
import type { Experiment } from "../../experiments/experiment.ts";
import type { WorkerClient } from "../../worker/client.ts";
import type { Command, WorkerEvent } from "../../worker/protocol.ts";
import { jobsLeft } from "../experiments/experimentSetup.ts";
import { FakeHubClient, evaluationOf, memoryResults, startedEvent, stepOf } from "../fixture.ts";
import { createLab, type Lab } from "../lab.ts";
import type { ResultStorage } from "../experiments/ownResults.ts";

export const EXPERIMENT: Experiment = {
  name: "rates",
  title: "Learning rates",
  question: "Which learning rate is best?",
  paper: null,
  expects: "The one in the middle.",
  base: { model: "small", dataset: "word", config: { steps: 1 } },
  variants: [
    { name: "low", label: "low", config: { learningRate: 1e-5 } },
    { name: "high", label: "high", config: { learningRate: 1e-2 }, seeds: [5] },
    { name: "hard", label: "hard questions", level: "L2" },
  ],
  seeds: [0, 1],
  evaluate: ["word", "other"],
  initialVotes: [{ name: "T 1", temperature: 1, topP: 1, samples: 8 }],
  table: [{ label: "pass@1 after", read: { at: "after", value: "passAt1" } }],
  plot: { kind: "bars", columns: ["pass@1 after"] },
};

export const WORD = [
  { prompt: "1+1?", answer: "2", id: "a", level: "L1" },
  { prompt: "12*12?", answer: "144", id: "b", level: "L2" },
];

export const FILES: Readonly<Record<string, string>> = {
  "models/index.json": JSON.stringify([
    { name: "small", title: "Small", description: "", parameters: 1000 },
    { name: "large", title: "Large", description: "", parameters: 2000 },
  ]),
  "datasets/index.json": JSON.stringify([
    { file: "other.json", title: "Others", description: "", task: "math", questions: 1 },
    { file: "word.json", title: "Word problems", description: "", task: "math", questions: 2 },
  ]),
  "datasets/word.json": JSON.stringify(WORD),
  "datasets/other.json": '[{"prompt": "2+2?", "answer": "4", "id": "o"}]',
  "experiments/index.json": JSON.stringify([
    { experiment: EXPERIMENT, hasResult: true },
    { experiment: { ...EXPERIMENT, name: "unmeasured" }, hasResult: false },
  ]),
  "experiments/rates.json": JSON.stringify({ cells: [], table: { columns: [], rows: [] } }),
};

export type Start = Extract<Command, { type: "start" }>;

/** A lab and its scripted worker. */
export class PlayedLab {
  readonly lab: Lab;
  readonly starts: Start[] = [];
  readonly read: string[] = [];
  readonly #listeners: ((event: WorkerEvent) => void)[] = [];

  constructor(storage: ResultStorage = memoryResults(), files: Readonly<Record<string, string>> = FILES) {
    const client: WorkerClient = {
      send: (command) => {
        if (command.type === "start") this.starts.push(command);
        if (command.type === "stop") this.#emit({ type: "stopped", runId: command.runId });
      },
      subscribe: (listener) => {
        this.#listeners.push(listener);
        return () => undefined;
      },
      restart: () => undefined,
    };
    this.lab = createLab({
      hubClient: new FakeHubClient(),
      modelsClient: { run: () => () => undefined },
      persist: () => undefined,
      client,
      planner: { ask: () => {} },
      hash: "",
      storage,
      readDataset,
      readText: (path) => {
        this.read.push(path);
        const text = files[path];
        return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
      },
      download: () => undefined,
      chooseDestination: () => Promise.resolve("downloads"),
      nextFrame: (callback) => callback(),
    });
  }

  #emit(event: WorkerEvent): void {
    this.#listeners.forEach((listener) => listener(event));
  }

  async run(seedsEach = 2): Promise<void> {
    await this.lab.open();
    this.lab.experiments.runner.start(EXPERIMENT, jobsLeft(EXPERIMENT, EXPERIMENT.variants, seedsEach, []));
    await this.started(1);
  }

  /** Waits until `runs` runs were started; returns the last start command. */
  async started(runs: number): Promise<Start> {
    await expect.poll(() => this.starts.length, { interval: 1 }).toBe(runs);
    return this.starts[runs - 1]!;
  }

  /** Waits for the end of the queue; returns the states of its jobs. */
  async over(): Promise<string[]> {
    await expect.poll(() => this.states(), { interval: 1 }).not.toContain("running");
    return this.states();
  }

  states(): string[] {
    return this.lab.experiments.runner.getState()?.jobs.map(({ status }) => status) ?? [];
  }

  begin({ runId }: Start): void {
    this.#emit({ ...startedEvent, runId });
  }

  /** Plays a run of one step. */
  finish(start: Start): void {
    const { runId } = start;
    const questions = start.study.questions.map(({ id }) => ({
      id,
      level: null,
      passAt1: 0.5,
      majority: 1,
      majorityRatio: 0.5,
    }));
    const evaluation = (step: number) => ({ ...evaluationOf(step, { passAt1: 0.5 }), questions });
    this.begin(start);
    this.#emit({ type: "evaluated", runId, evaluation: evaluation(0) });
    this.#emit({
      type: "evaluatedExtra",
      runId,
      at: "T 1",
      dataset: start.study.name,
      evaluation: evaluation(0),
    });
    this.#emit({ type: "stepped", runId, ...stepOf(1), groups: [], findings: [] });
    this.#emit({ type: "evaluated", runId, evaluation: evaluation(1) });
    this.#emit({ type: "finished", runId });
  }

  fail({ runId }: Start): void {
    this.#emit({ type: "failed", runId, message: "the GPU was lost" });
  }

  cells(): { variant: string; seed: number }[] {
    const cells = this.lab.experiments.own.getState()["rates"] ?? [];
    return cells.map(({ variant, seed }) => ({ variant, seed }));
  }
}
