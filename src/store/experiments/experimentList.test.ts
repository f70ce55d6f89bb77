import { describe, expect, test } from "vitest";
import { PlayedLab, FILES } from "../playedLab/fixture.ts";
import { memoryResults } from "../fixture.ts";

describe("the list of experiments", () => {
  test("is read when the page opens, and a committed result when it is first opened", async () => {
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

  test("does not request a result that is not committed", async () => {
    const { lab, read } = new PlayedLab();
    await lab.open();
    await lab.experiments.list.loadResult("unmeasured");
    expect(lab.experiments.list.getState().committed["unmeasured"]).toEqual({ status: "none" });
    expect(read).not.toContain("experiments/unmeasured.json");
  });

  test("that is missing is reported, and the page still works", async () => {
    const files = Object.entries(FILES).filter(([path]) => path !== "experiments/index.json");
    const { lab } = new PlayedLab(memoryResults(), Object.fromEntries(files));
    await lab.open();
    expect(lab.experiments.list.getState()).toMatchObject({ status: "failed" });
    expect(lab.dataset.getState()).toMatchObject({ status: "ready" });
  });

  test("reports a result that cannot be read, and tries again on demand", async () => {
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
