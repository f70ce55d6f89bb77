import { describe, expect, test } from "vitest";
import { PlayedLab, EXPERIMENT, FILES } from "../playedLab/fixture.ts";
import { jobsLeft } from "./experimentSetup.ts";
import { memoryShelf } from "../fixture.ts";
import type { Shelf } from "./ownResults.ts";

describe("what this browser has measured", () => {
  const measured = async (shelf: Shelf): Promise<PlayedLab> => {
    const bench = new PlayedLab(shelf);
    await bench.run(1);
    for (const run of [1, 2, 3]) bench.finish(await bench.started(run));
    await bench.over();
    return bench;
  };

  test("is there again when the page is opened again, and only the rest is left to run", async () => {
    const shelf = memoryShelf();
    const first = await measured(shelf);
    const again = new PlayedLab(shelf);
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
    const again = new PlayedLab(shelf, {
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
