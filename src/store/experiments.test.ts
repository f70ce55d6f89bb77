/** Experiments as the page runs them: a lab on a worker that a test plays. */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../experiments/experiment.ts";
import { tableOf } from "../experiments/estimate.ts";
import type { WorkerClient } from "../worker/client.ts";
import type { Command, WorkerEvent } from "../worker/protocol.ts";
import { jobsLeft } from "./experimentSetup.ts";
import { FakeHubClient, evaluationOf, memoryShelf, startedEvent, stepOf } from "./fixture.ts";
import { createLab, type Lab } from "./lab.ts";
import type { Shelf } from "./ownResults.ts";

const EXPERIMENT: Experiment = {
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

const WORD = [
  { prompt: "1+1?", answer: "2", id: "a", level: "L1" },
  { prompt: "12*12?", answer: "144", id: "b", level: "L2" },
];

const FILES: Readonly<Record<string, string>> = {
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

type Start = Extract<Command, { type: "start" }>;

/** A lab, and the worker's side of it. */
class Bench {
  readonly lab: Lab;
  readonly starts: Start[] = [];
  readonly read: string[] = [];
  #emit: (event: WorkerEvent) => void = () => undefined;

  constructor(shelf: Shelf = memoryShelf(), files: Readonly<Record<string, string>> = FILES) {
    const client: WorkerClient = {
      send: (command) => {
        if (command.type === "start") this.starts.push(command);
        if (command.type === "stop") this.#emit({ type: "stopped", runId: command.runId });
      },
      subscribe: (listener) => {
        this.#emit = listener;
        return () => undefined;
      },
      restart: () => undefined,
    };
    this.lab = createLab({
      hubClient: new FakeHubClient(),
      persist: () => undefined,
      client,
      planner: { ask: () => {} },
      hash: "",
      shelf,
      readText: (path) => {
        this.read.push(path);
        const text = files[path];
        return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
      },
      deliver: () => undefined,
      askWhere: () => Promise.resolve("downloads"),
      nextFrame: (callback) => callback(),
    });
  }

  async run(seedsEach = 2): Promise<void> {
    await this.lab.open();
    this.lab.experiments.runner.start(EXPERIMENT, jobsLeft(EXPERIMENT, EXPERIMENT.variants, seedsEach, []));
    await this.started(1);
  }

  /** Waits until the worker was asked for so many runs. */
  async started(runs: number): Promise<Start> {
    await expect.poll(() => this.starts.length, { interval: 1 }).toBe(runs);
    return this.starts[runs - 1]!;
  }

  /** Waits until the queue is over; its jobs' states. */
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

  /** Plays a run of one step to its end. */
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
      type: "evaluatedBeside",
      runId,
      at: "T 1",
      dataset: start.study.name,
      evaluation: evaluation(0),
    });
    this.#emit({ type: "stepped", runId, ...stepOf(1), groups: [] });
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

describe("the list of experiments", () => {
  test("is read when the page opens, a committed result when it is first looked at", async () => {
    const { lab, read } = new Bench();
    await lab.open();
    const { list } = lab.experiments;
    expect(list.getState().experiments.map(({ experiment }) => experiment.name)).toEqual([
      "rates",
      "unmeasured",
    ]);
    expect(read).not.toContain("experiments/rates.json");
    await list.loadResult("rates");
    await list.loadResult("rates");
    expect(list.getState().committed["rates"]).toMatchObject({ status: "ready", result: { cells: [] } });
    expect(read.filter((path) => path === "experiments/rates.json")).toHaveLength(1);
  });

  test("knows that nothing is committed without asking for it", async () => {
    const { lab, read } = new Bench();
    await lab.open();
    await lab.experiments.list.loadResult("unmeasured");
    expect(lab.experiments.list.getState().committed["unmeasured"]).toEqual({ status: "none" });
    expect(read).not.toContain("experiments/unmeasured.json");
  });

  test("that is missing is told, and the page runs all the same", async () => {
    const files = Object.entries(FILES).filter(([path]) => path !== "experiments/index.json");
    const { lab } = new Bench(memoryShelf(), Object.fromEntries(files));
    await lab.open();
    expect(lab.experiments.list.getState()).toMatchObject({ status: "failed" });
    expect(lab.dataset.getState()).toMatchObject({ status: "ready" });
  });

  test("says that a result cannot be read, and tries again when asked again", async () => {
    const files = { ...FILES, "experiments/rates.json": "{" };
    const { lab } = new Bench(memoryShelf(), files);
    await lab.open();
    await lab.experiments.list.loadResult("rates");
    expect(lab.experiments.list.getState().committed["rates"]).toMatchObject({ status: "failed" });
    files["experiments/rates.json"] = FILES["experiments/rates.json"]!;
    await lab.experiments.list.loadResult("rates");
    expect(lab.experiments.list.getState().committed["rates"]).toMatchObject({ status: "ready" });
  });
});

describe("the jobs of an experiment", () => {
  test("are all variants once before any runs with its next seed", () => {
    expect(jobsLeft(EXPERIMENT, EXPERIMENT.variants, 2, [])).toEqual([
      { variant: "low", seed: 0 },
      { variant: "high", seed: 5 },
      { variant: "hard", seed: 0 },
      { variant: "low", seed: 1 },
      { variant: "hard", seed: 1 },
    ]);
  });
});

describe("running an experiment", () => {
  test("sets the page up for each run and starts it with what the experiment measures beside", async () => {
    const bench = new Bench();
    await bench.run();
    const first = await bench.started(1);
    expect(first).toMatchObject({
      model: "models/small",
      study: { name: "word" },
      config: { steps: 1, learningRate: 1e-5, seed: 0 },
      beside: { votes: EXPERIMENT.initialVotes, studies: [{ name: "other", answers: [["o", "4"]] }] },
    });
    expect(bench.lab.settings.getState()).toMatchObject({
      model: "small",
      dataset: "word.json",
      texts: { learningRate: "0.00001", seed: "0" },
    });
    bench.finish(first);
    expect(await bench.started(2)).toMatchObject({ config: { learningRate: 1e-2, seed: 5 } });
  });

  test("of one level takes that level's questions, and the whole set is one that it is measured by", async () => {
    const bench = new Bench();
    await bench.lab.open();
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "hard", seed: 0 }]);
    const start = await bench.started(1);
    expect(start.study).toMatchObject({ name: "word-L2", questions: [{ id: "b" }], answers: [["b", "144"]] });
    expect(start.beside?.studies.map(({ name }) => name)).toEqual(["word", "other"]);
    expect(bench.lab.dataset.getState()).toMatchObject({ inUse: { title: "Word problems, level L2" } });
  });

  test("keeps a cell of each finished run, which the experiment's table reads", async () => {
    const bench = new Bench();
    await bench.run(1);
    for (const run of [1, 2, 3]) bench.finish(await bench.started(run));
    expect(await bench.over()).toEqual(["done", "done", "done"]);
    expect(bench.cells()).toEqual([
      { variant: "low", seed: 0 },
      { variant: "high", seed: 5 },
      { variant: "hard", seed: 0 },
    ]);
    const [low] = tableOf(EXPERIMENT, bench.lab.experiments.own.getState()["rates"]!).rows;
    expect(low).toMatchObject({ seeds: [0], values: [{ mean: 0.5 }] });
  });

  test("goes on after a failed run and leaves the rest after two in a row", async () => {
    const bench = new Bench();
    await bench.run(1);
    bench.fail(await bench.started(1));
    bench.finish(await bench.started(2));
    bench.fail(await bench.started(3));
    expect(await bench.over()).toEqual(["failed", "done", "failed"]);

    const broken = new Bench();
    await broken.run(1);
    broken.fail(await broken.started(1));
    broken.fail(await broken.started(2));
    expect(await broken.over()).toEqual(["failed", "failed", "left"]);
    expect(broken.lab.experiments.runner.getState()?.jobs[1]).toMatchObject({ message: "the GPU was lost" });
  });

  test("a model that the page does not have is a failure of that run alone", async () => {
    const bench = new Bench();
    await bench.lab.open();
    const strange = { ...EXPERIMENT, base: { ...EXPERIMENT.base, model: "none" } };
    const [low, high] = EXPERIMENT.variants;
    const mixed = { ...strange, variants: [low!, { ...high!, model: "large" }] };
    bench.lab.experiments.runner.start(mixed, jobsLeft(mixed, mixed.variants, 1, []));
    expect(await bench.started(1)).toMatchObject({ model: "models/large" });
    expect(bench.lab.experiments.runner.getState()?.jobs[0]).toMatchObject({
      status: "failed",
      message: "Its model, none, does not ship with this page.",
    });
  });

  test("skips to the next run", async () => {
    const bench = new Bench();
    await bench.run(1);
    bench.begin(await bench.started(1));
    bench.lab.experiments.runner.skip();
    await bench.started(2);
    expect(bench.states()).toEqual(["left", "running", "waiting"]);
  });

  test.each(["the queue", "the run"] as const)("ends as a whole when %s is stopped", async (what) => {
    const bench = new Bench();
    await bench.run(1);
    bench.finish(await bench.started(1));
    bench.begin(await bench.started(2));
    if (what === "the queue") bench.lab.experiments.runner.stop();
    else bench.lab.run.request("stop");
    expect(await bench.over()).toEqual(["done", "left", "left"]);
    expect(bench.cells()).toEqual([{ variant: "low", seed: 0 }]);
    bench.lab.experiments.runner.dismiss();
    expect(bench.lab.experiments.runner.getState()).toBeNull();
  });

  test("begins no second queue and lets nobody else start between its runs", async () => {
    const bench = new Bench();
    await bench.run(1);
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "high", seed: 5 }]);
    expect(bench.lab.experiments.runner.getState()?.jobs).toHaveLength(3);
    bench.finish(await bench.started(1));
    bench.lab.start(); // the next run is about to begin
    expect(await bench.started(2)).toMatchObject({ config: { learningRate: 1e-2 } });
    expect(bench.starts).toHaveLength(2);
  });
});

describe("what this browser has measured", () => {
  const measured = async (shelf: Shelf): Promise<Bench> => {
    const bench = new Bench(shelf);
    await bench.run(1);
    for (const run of [1, 2, 3]) bench.finish(await bench.started(run));
    await bench.over();
    return bench;
  };

  test("is there again when the page is opened again, and only the rest is left to run", async () => {
    const shelf = memoryShelf();
    const first = await measured(shelf);
    const again = new Bench(shelf);
    await again.lab.open();
    expect(again.cells()).toEqual(first.cells());
    const cells = again.lab.experiments.own.getState()["rates"]!;
    expect(jobsLeft(EXPERIMENT, EXPERIMENT.variants, 2, cells)).toEqual([
      { variant: "low", seed: 1 },
      { variant: "hard", seed: 1 },
    ]);
  });

  test("counts only as far as the experiment still measures it in the same way", async () => {
    const shelf = memoryShelf();
    await measured(shelf);
    const [low, ...others] = EXPERIMENT.variants;
    const changed = { ...EXPERIMENT, variants: [{ ...low!, config: { learningRate: 2e-5 } }, ...others] };
    const again = new Bench(shelf, {
      ...FILES,
      "experiments/index.json": JSON.stringify([{ experiment: changed, hasResult: false }]),
    });
    await again.lab.open();
    expect(again.cells().map(({ variant }) => variant)).toEqual(["high", "hard"]);
  });

  test("gives way to a second run of the same cell, and goes when it is forgotten", async () => {
    const shelf = memoryShelf();
    const bench = await measured(shelf);
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "low", seed: 0 }]);
    bench.finish(await bench.started(4));
    await bench.over();
    expect(bench.cells()).toHaveLength(3);
    bench.lab.experiments.own.forget("rates");
    expect(bench.cells()).toEqual([]);
    expect(await shelf.load()).toEqual([]);
  });

  test("stays for this tab where nothing can be kept beyond it, and that is said", async () => {
    const refuse = () => Promise.reject(new Error("storage is off"));
    const bench = await measured({ load: refuse, save: refuse, remove: refuse });
    expect(bench.cells()).toHaveLength(3);
    await expect.poll(() => bench.lab.notice.getState()?.text, { interval: 1 }).toContain("storage is off");
  });
});
