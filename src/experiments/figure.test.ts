import { describe, expect, test } from "vitest";
import { pointsOf } from "./curves.ts";
import { tableOf } from "./estimate.ts";
import type { Plot } from "./experiment.ts";
import { figureOf } from "./figure.ts";
import { CELLS, EXPERIMENT } from "./fixture.ts";
import { markdownOf } from "./markdown.ts";
import type { ExperimentResult } from "./result.ts";
import { scaleOf } from "./scale.ts";

function result(plot: Plot = EXPERIMENT.plot): ExperimentResult {
  return {
    definition: { ...EXPERIMENT, plot },
    environment: {
      version: "1",
      commits: ["abc"],
      backend: "wasm (SIMD)",
      hardware: "2 × X",
      from: "2026-01-01",
      to: "2026-01-02",
    },
    missing: [{ variant: "soft", seed: 1 }],
    table: tableOf(EXPERIMENT, CELLS),
    cells: CELLS,
  };
}

const SERIES = [
  { of: "evaluations", metric: "passAt1", label: "pass@1" },
  { of: "steps", metric: "labelAccuracy", label: "label accuracy" },
] as const;

describe.each<[string, Plot]>([
  ["bars", { kind: "bars", columns: ["before", "after"], marks: ["choice"] }],
  ["matrix", { kind: "matrix", columns: ["before", "after"], axes: "rows, columns" }],
  ["curves", { kind: "curves", series: SERIES, marks: ["choice"] }],
])("a figure of %s", (_, plot) => {
  const svg = figureOf(result(plot));

  test("is well-formed: every element is closed, labels are escaped", () => {
    expect(svg).toContain("soft &lt;votes>");
    const open: string[] = [];
    for (const [, end, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (end === "/") expect(open.pop()).toBe(name);
      else if (self !== "/") open.push(name ?? "");
    }
    expect(open).toEqual([]);
  });

  test("has colours for dark pages, a unit on its axis, and no place that is not a number", () => {
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).toContain("percent");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

test("a bar is as long as its value, with whiskers at the ends of its interval", () => {
  const svg = figureOf(result());
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="13"/g)].map((found) =>
    Number(found[1]),
  );
  // plain 25 and 75 percent, soft 25 and 50.
  expect(widths[1]! / widths[0]!).toBeCloseTo(3, 2);
  expect(widths[3]! / widths[2]!).toBeCloseTo(2, 2);
  expect(svg.match(/x-whisker/g)!.length).toBeGreaterThanOrEqual(6);
});

test("points of evaluations are means over seeds by step", () => {
  const points = pointsOf(CELLS.slice(0, 2), SERIES[0]);
  expect(points.map(({ step, mean }) => [step, mean])).toEqual([
    [0, 0.25],
    [20, 0.75],
  ]);
});

test("points of steps are means over five of them", () => {
  const points = pointsOf(CELLS.slice(0, 1), SERIES[1]);
  expect(points.map(({ step, mean }) => [step, mean])).toEqual([
    [3, 0.5],
    [8, 0.5],
    [13, 0.75],
    [18, 0.75],
  ]);
});

test.each([
  [
    [0, 0.86],
    [0, 0.2, 0.4, 0.6, 0.8, 1],
  ],
  [
    [-0.1, 0.32],
    [-0.1, 0, 0.1, 0.2, 0.3, 0.4],
  ],
  [[100], [0, 20, 40, 60, 80, 100]],
  [[0], [0, 0.2]],
])("an axis over %j has round ticks", (values, ticks) => {
  const scale = scaleOf(values, 10, 20);
  expect(scale.ticks).toEqual(ticks);
  expect(scale.place(ticks[0]!)).toBeCloseTo(10, 9);
  expect(scale.place(ticks.at(-1)!)).toBeCloseTo(20, 9);
});

test("the table tells each variant with its intervals, what is missing and what it cost", () => {
  const text = markdownOf(result());
  expect(text).toContain("# A small one\n\nDoes it help? Not in the paper.");
  expect(text).toMatch(/\| plain \| 2 \| 25\.0 \[[^\]]+\] \(25\.0 to 25\.0\) \| 75\.0 \[/);
  expect(text).toContain("| 13.0 [0.3, 25.7] |"); // tokens, over seeds alone
  expect(text).toContain("2.00M + 1.00M, 60 s |");
  expect(text).toContain("Not run yet: soft seed 1.");
  expect(text).toContain("3 runs, 7.5M response tokens with evaluations");
});
