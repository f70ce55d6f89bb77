import { describe, expect, test } from "vitest";
import { PlayedLab, EXPERIMENT, FILES } from "../playedLab/fixture.ts";
import { jobsLeft } from "./experimentSetup.ts";
import { memoryResults } from "../fixture.ts";
import type { ResultStorage } from "./ownResults.ts";

describe("the user's own results", () => {
  const measured = async (storage: ResultStorage): Promise<PlayedLab> => {
    const bench = new PlayedLab(storage);
    await bench.run(1);
    for (const run of [1, 2, 3]) bench.finish(await bench.started(run));
    await bench.over();
    return bench;
  };

  test("are loaded when the page is opened again, and only the missing runs remain", async () => {
    const storage = memoryResults();
    const first = await measured(storage);
    const again = new PlayedLab(storage);
    await again.lab.open();
    expect(again.cells()).toEqual(first.cells());
    const cells = again.lab.experiments.own.getState()["rates"]!;
    expect(jobsLeft(EXPERIMENT, EXPERIMENT.variants, 2, cells)).toEqual([
      { variant: "low", seed: 1 },
      { variant: "hard", seed: 1 },
    ]);
  });

  test("are loaded only where the experiment still determines them in the same way", async () => {
    const storage = memoryResults();
    await measured(storage);
    const [low, ...others] = EXPERIMENT.variants;
    const changed = { ...EXPERIMENT, variants: [{ ...low!, config: { learningRate: 2e-5 } }, ...others] };
    const again = new PlayedLab(storage, {
      ...FILES,
      "experiments/index.json": JSON.stringify([{ experiment: changed, hasResult: false }]),
    });
    await again.lab.open();
    expect(again.cells().map(({ variant }) => variant)).toEqual(["high", "hard"]);
  });

  test("are replaced by a second run of the same cell, and deleted with the experiment's", async () => {
    const storage = memoryResults();
    const bench = await measured(storage);
    bench.lab.experiments.runner.start(EXPERIMENT, [{ variant: "low", seed: 0 }]);
    bench.finish(await bench.started(4));
    await bench.over();
    expect(bench.cells()).toHaveLength(3);
    bench.lab.experiments.own.forget("rates");
    expect(bench.cells()).toEqual([]);
    expect(await storage.load()).toEqual([]);
  });

  test("remain in memory where they cannot be stored, which is reported", async () => {
    const refuse = () => Promise.reject(new Error("storage is off"));
    const bench = await measured({ load: refuse, save: refuse, remove: refuse });
    expect(bench.cells()).toHaveLength(3);
    await expect.poll(() => bench.lab.notice.getState()?.text, { interval: 1 }).toContain("storage is off");
  });
});
