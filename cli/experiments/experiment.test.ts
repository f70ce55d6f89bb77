import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ExperimentResult } from "../../src/experiments/result.ts";
import { createWorkspace, QUICK, ttrl } from "../fixture.ts";

const { folder, remove } = createWorkspace();
afterAll(remove);

/** What costs a process each: a cell measured on another data set, and its initial model voting otherwise. */
const MEASURES = {
  evaluate: [join(folder, "transfer.json")],
  initialVotes: [{ name: "T 1", temperature: 1, topP: 1, samples: 4 }],
};

/** Writes an experiment on the tiny model; `changed` replaces parts of it. */
function write(name: string, changed: object = {}): string {
  const dataset = join(folder, "data.json");
  const experiment = {
    name,
    title: name,
    question: "Does it run?",
    paper: null,
    expects: "It does.",
    base: { model: join(folder, "model"), dataset, config: { ...QUICK, steps: 4 } },
    variants: [
      { name: "plain", label: "plain" },
      { name: "soft", label: "soft", config: { voting: "soft" }, seeds: [1] },
    ],
    seeds: [0],
    evaluate: [],
    initialVotes: [],
    table: [{ label: "after", read: { at: "after", value: "passAt1" } }],
    plot: { kind: "bars", columns: ["after"] },
    ...changed,
  };
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(experiment));
  return path;
}

function result(out: string, name: string): ExperimentResult {
  return JSON.parse(readFileSync(join(out, `${name}.json`), "utf8")) as ExperimentResult;
}

/** What does not depend on the clock. */
function numbers(out: string, name: string) {
  return result(out, name).cells.map((cell) => ({ ...cell, seconds: 0 }));
}

describe("an experiment", () => {
  const out = join(folder, "out");

  test("computes its cells, writes result, figure and table, and does nothing a second time", async () => {
    const first = await ttrl(["experiment", write("first", MEASURES), "--out", out]);
    expect(first.stderr).toContain("2 runs with their evaluations, of which 0 are finished");
    expect(JSON.parse(first.stdout)).toMatchObject({ experiment: "first", runs: 2, of: 2 });
    expect(first.status).toBe(0);
    const { cells, missing, table } = result(out, "first");
    expect(cells.map(({ variant, seed }) => [variant, seed])).toEqual([
      ["plain", 0],
      ["soft", 1],
    ]);
    expect(missing).toEqual([]);
    expect(table.rows.map(({ seeds }) => seeds)).toEqual([[0], [1]]);
    expect(cells[0]!.evaluations.map(({ at, step, samples }) => [at, step, samples])).toEqual([
      ["before", 0, 4],
      ["during", 2, 2],
      ["after", 4, 4],
      ["before", 0, 4],
      ["after", 0, 4],
      ["T 1", 0, 4],
    ]);
    expect(cells[0]!.curves.majorityRatio).toHaveLength(4);
    expect(readFileSync(join(out, "first.svg"), "utf8")).toMatch(/^<svg/);
    expect(readFileSync(join(out, "first.md"), "utf8")).toContain("| plain | 1 |");

    const before = readFileSync(join(out, "first.json"), "utf8");
    const second = await ttrl(["experiment", join(folder, "first.json"), "--out", out]);
    expect(second.stderr).toContain("of which 2 are finished");
    expect(readFileSync(join(out, "first.json"), "utf8")).toBe(before);
  });

  test("shares its cells with other experiments in the same folder", async () => {
    const variants = [
      { name: "again", label: "again" },
      { name: "short", label: "short", config: { steps: 2 } },
    ];
    const path = write("second", { ...MEASURES, variants, seeds: [0], evaluate: [] });
    const before = readdirSync(join(out, "cells")).length;
    const list = await ttrl(["experiment", path, "--out", out, "--list"]);
    expect(list.stdout).toMatch(/finished \w{16} again, seed 0: run/);
    expect(list.stdout).toContain("second: 2 of 3 cells finished");
    await ttrl(["experiment", path, "--out", out]);
    expect(readdirSync(join(out, "cells"))).toHaveLength(before + 1);
    expect(result(out, "second").cells[0]!.curves).toEqual(result(out, "first").cells[0]!.curves);
  });

  test("that is asked for one variant leaves the others for later, and says so", async () => {
    const few = join(folder, "few");
    const path = write("few");
    const ran = await ttrl(["experiment", path, "--out", few, "--only", "soft", "--seeds", "1"]);
    expect(ran.status).toBe(0);
    const { missing } = result(few, "few");
    expect(missing).toEqual([{ variant: "plain", seed: 0 }]);
    rmSync(join(few, "few.json"));
    await ttrl(["experiment", path, "--out", few, "--report"]);
    expect(result(few, "few").missing).toEqual(missing);
  });

  test("takes runs from earlier results, whatever their variants are called there, and computes the others", async () => {
    const [earlier, later] = [join(folder, "earlier"), join(folder, "later")];
    mkdirSync(earlier);
    copyFileSync(join(out, "first.json"), join(earlier, "first.json"));
    const variants = [
      { name: "new", label: "new", config: { steps: 2 } },
      { name: "renamed", label: "renamed" },
    ];
    const path = write("third", { ...MEASURES, variants });
    const args = ["experiment", path, "--out", later, "--earlier", earlier];
    expect((await ttrl([...args, "--list"])).stdout).toMatch(/earlier {2}\w{16} renamed, seed 0: run/);
    const ran = await ttrl(args);
    expect(ran.stderr).toContain("2 runs with their evaluations, of which 1 are finished");
    const [, taken] = numbers(later, "third");
    expect(taken).toEqual({ ...numbers(out, "first")[0], variant: "renamed" });
    expect(result(later, "third").missing).toEqual([]);

    const again = await ttrl([
      "experiment",
      path,
      "--out",
      join(folder, "none"),
      "--earlier",
      later,
      "--report",
    ]);
    expect(JSON.parse(again.stdout)).toMatchObject({ runs: 2, of: 2 });
    expect(numbers(join(folder, "none"), "third")).toEqual(numbers(later, "third"));
  });

  test("that is stopped continues, and comes to the same numbers", async () => {
    const stopped = join(folder, "stopped");
    const path = write("long", { variants: [{ name: "plain", label: "plain" }], seeds: [0] });
    let asked = false;
    const ended = await ttrl(["experiment", path, "--out", stopped], {
      onStart: (child) => {
        const watch = setInterval(() => {
          if (asked || !hasSteps(stopped)) return;
          asked = true;
          clearInterval(watch);
          child.kill("SIGTERM");
        }, 5);
      },
    });
    expect(asked).toBe(true);
    expect(ended.status).toBe(143);
    expect(ended.stderr).toContain("the same command continues");
    const continued = await ttrl(["experiment", path, "--out", stopped]);
    expect(continued.status).toBe(0);
    await ttrl(["experiment", path, "--out", out]);
    expect(numbers(stopped, "long")).toEqual(numbers(out, "long"));
  });

  test("throws away what another version of the program left unfinished", async () => {
    const stale = join(folder, "stale");
    const path = join(folder, "long.json");
    const cell = readdirSync(join(folder, "stopped", "cells")).find((name) =>
      existsSync(join(folder, "stopped", "cells", name, "run.json")),
    )!;
    await ttrl(["experiment", path, "--out", stale]);
    const record = join(stale, "cells", cell, "cell.json");
    const other = {
      ...(JSON.parse(readFileSync(record, "utf8")) as object),
      commit: "other",
      finished: null,
    };
    writeFileSync(record, JSON.stringify(other));
    writeFileSync(join(stale, "cells", cell, "metrics.jsonl"), "not of this version\n");
    expect((await ttrl(["experiment", path, "--out", stale])).status).toBe(0);
    expect(numbers(stale, "long")).toEqual(numbers(out, "long"));
  });
});

/** Whether a run below `out` has made its first step. */
function hasSteps(out: string): boolean {
  const cells = join(out, "cells");
  if (!existsSync(cells)) return false;
  return readdirSync(cells)
    .map((name) => join(cells, name, "metrics.jsonl"))
    .some((path) => existsSync(path) && readFileSync(path, "utf8").includes('"step"'));
}

describe("what is wrong is told with where it is and what to do", () => {
  const bad = (changed: object) => write("bad", changed);
  test.each([
    ["an unknown name", () => "mian", /there is no experiment "mian"; name one of .*main/],
    [
      "an unknown setting",
      () => bad({ variants: [{ name: "a", label: "a", config: { stepz: 1 } }] }),
      /bad\.json: variant "a": unknown setting "stepz"/,
    ],
    ["an unknown field", () => bad({ seed: 1 }), /bad\.json: .*seed/],
    [
      "a column that is not there",
      () => bad({ plot: { kind: "bars", columns: ["x"] } }),
      /"plot" names the column "x", which "table" has not; its columns are after/,
    ],
    [
      "a data set that is not measured by",
      () =>
        bad({
          table: [{ label: "x", read: { at: "after", value: "passAt1", dataset: "word" } }],
          plot: { kind: "bars", columns: ["x"] },
        }),
      /reads "word", which "evaluate" does not name/,
    ],
    [
      "an initial vote that is not there",
      () =>
        bad({
          table: [{ label: "x", read: { at: "T 2", value: "majority" } }],
          plot: { kind: "bars", columns: ["x"] },
        }),
      /reads at "T 2"; it can be one of before, after, first, last/,
    ],
    [
      "a variant twice",
      () =>
        bad({
          variants: [
            { name: "a", label: "a" },
            { name: "a", label: "b" },
          ],
        }),
      /"variants" has "a" twice/,
    ],
    [
      "a model that is not there",
      () => bad({ base: { model: "nobody", dataset: "word", config: {} } }),
      /model "nobody": there is no model\.safetensors in/,
    ],
    [
      "a level that no question has",
      () => bad({ variants: [{ name: "a", label: "a", level: "L9" }] }),
      /no question has the level "L9"/,
    ],
  ])("%s", async (_, make, message) => {
    const { status, stderr } = await ttrl(["experiment", make(), "--out", join(folder, "wrong")]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test("a file that is no JSON, a variant and a seed that are not there, and no --out", async () => {
    writeFileSync(join(folder, "text.json"), "{");
    const out = join(folder, "wrong");
    const run = async (...args: string[]) => (await ttrl(["experiment", ...args])).stderr;
    expect(await run(join(folder, "text.json"), "--out", out)).toMatch(/text\.json: not JSON/);
    const path = write("good");
    expect(await run(path, "--out", out, "--only", "hard")).toContain(
      "--only hard: there is no such variant; the experiment has plain, soft",
    );
    expect(await run(path, "--out", out, "--seeds", "x")).toContain("whole number");
    expect(await run(path, "--out", out, "--earlier", join(folder, "no"))).toMatch(
      /--earlier .*no: cannot be read/,
    );
    expect(await run(path, "--out", out, "--earlier", folder)).toMatch(
      /bad\.json: no result of an experiment/,
    );
    expect(await run(path)).toContain("needs --out");
    expect(await run("--out", out)).toContain("needs a name");
  });

  test("a run that fails is told with its last words, and the others run on", async () => {
    const path = write("half", {
      variants: [
        { name: "fails", label: "fails", dataset: join(folder, "broken.json") },
        { name: "plain", label: "plain" },
      ],
      seeds: [0],
      evaluate: [],
      initialVotes: [],
    });
    writeFileSync(join(folder, "broken.json"), '[{"prompt": 1}]');
    const out = join(folder, "half");
    const { status, stderr } = await ttrl(["experiment", path, "--out", out]);
    expect(stderr).toMatch(/the cell failed \(ttrl: .*broken\.json/);
    expect(status).toBe(2);
    expect(result(out, "half").cells.map(({ variant }) => variant)).toEqual(["plain"]);
  });
});
