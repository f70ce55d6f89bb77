import { describe, expect, test } from "vitest";
import { PlayedLab, FILES } from "../playedLab/fixture.ts";
import { memoryResults } from "../fixture.ts";

describe("the list of experiments", () => {
  test("is read when the page opens, a committed result when it is first looked at", async () => {
    const { lab, read } = new PlayedLab();
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
    const { lab, read } = new PlayedLab();
    await lab.open();
    await lab.experiments.list.loadResult("unmeasured");
    expect(lab.experiments.list.getState().committed["unmeasured"]).toEqual({ status: "none" });
    expect(read).not.toContain("experiments/unmeasured.json");
  });

  test("that is missing is told, and the page runs all the same", async () => {
    const files = Object.entries(FILES).filter(([path]) => path !== "experiments/index.json");
    const { lab } = new PlayedLab(memoryResults(), Object.fromEntries(files));
    await lab.open();
    expect(lab.experiments.list.getState()).toMatchObject({ status: "failed" });
    expect(lab.dataset.getState()).toMatchObject({ status: "ready" });
  });

  test("says that a result cannot be read, and tries again when asked again", async () => {
    const files = { ...FILES, "experiments/rates.json": "{" };
    const { lab } = new PlayedLab(memoryResults(), files);
    await lab.open();
    await lab.experiments.list.loadResult("rates");
    expect(lab.experiments.list.getState().committed["rates"]).toMatchObject({ status: "failed" });
    files["experiments/rates.json"] = FILES["experiments/rates.json"]!;
    await lab.experiments.list.loadResult("rates");
    expect(lab.experiments.list.getState().committed["rates"]).toMatchObject({ status: "ready" });
  });
});
