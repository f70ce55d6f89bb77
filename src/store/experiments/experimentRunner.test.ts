import { describe, expect, test } from "vitest";
import { tableOf } from "../../experiments/estimate.ts";
import { PlayedLab, EXPERIMENT } from "../playedLab/fixture.ts";
import { jobsLeft } from "./experimentSetup.ts";

describe("the jobs of an experiment", () => {
  test("are the first seed of every variant, then the second", () => {
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
  test("applies the settings of each run and starts it with the experiment's extra evaluations", async () => {
    const bench = new PlayedLab();
    await bench.run();
    const first = await bench.started(1);
    expect(first).toMatchObject({
      model: "models/small",
      study: { name: "word" },
      config: { steps: 1, learningRate: 1e-5, seed: 0 },
      extras: { votes: EXPERIMENT.initialVotes, studies: [{ name: "other", answers: [["o", "4"]] }] },
    });
    expect(bench.lab.settings.getState()).toMatchObject({
      model: "small",
      dataset: "word.json",
      texts: { learningRate: "0.00001", seed: "0" },
    });
    bench.finish(first);
    expect(await bench.started(2)).toMatchObject({ config: { learningRate: 1e-2, seed: 5 } });
  });

  test("of one level trains on that level's questions and evaluates on the whole data set, too", async () => {
    const bench = new PlayedLab();
    await bench.lab.open();
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "hard", seed: 0 }]);
    const start = await bench.started(1);
    expect(start.study).toMatchObject({ name: "word-L2", questions: [{ id: "b" }], answers: [["b", "144"]] });
    expect(start.extras?.studies.map(({ name }) => name)).toEqual(["word", "other"]);
    expect(bench.lab.dataset.getState()).toMatchObject({ inUse: { title: "Word problems, level L2" } });
  });

  test("keeps a cell of each finished run for the experiment's table", async () => {
    const bench = new PlayedLab();
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

  test("continues after a failed run and drops the waiting jobs after two in a row", async () => {
    const bench = new PlayedLab();
    await bench.run(1);
    bench.fail(await bench.started(1));
    bench.finish(await bench.started(2));
    bench.fail(await bench.started(3));
    expect(await bench.over()).toEqual(["failed", "done", "failed"]);

    const broken = new PlayedLab();
    await broken.run(1);
    broken.fail(await broken.started(1));
    broken.fail(await broken.started(2));
    expect(await broken.over()).toEqual(["failed", "failed", "left"]);
    expect(broken.lab.experiments.runner.getState()?.jobs[1]).toMatchObject({ message: "the GPU was lost" });
  });

  test("a model that the page lacks fails only the runs that use it", async () => {
    const bench = new PlayedLab();
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
    const bench = new PlayedLab();
    await bench.run(1);
    bench.begin(await bench.started(1));
    bench.lab.experiments.runner.skip();
    await bench.started(2);
    expect(bench.states()).toEqual(["left", "running", "waiting"]);
  });

  test.each(["the queue", "the run"] as const)("ends as a whole when %s is stopped", async (what) => {
    const bench = new PlayedLab();
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

  test("starts no second queue and no other run between its jobs", async () => {
    const bench = new PlayedLab();
    await bench.run(1);
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "high", seed: 5 }]);
    expect(bench.lab.experiments.runner.getState()?.jobs).toHaveLength(3);
    bench.finish(await bench.started(1));
    bench.lab.start(); // the next run is about to begin
    expect(await bench.started(2)).toMatchObject({ config: { learningRate: 1e-2 } });
    expect(bench.starts).toHaveLength(2);
  });
});
