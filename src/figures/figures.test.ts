import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { compare } from "../experiments/comparison.ts";
import { tableOf } from "../experiments/estimate.ts";
import type { Plot } from "../experiments/experiment.ts";
import { cell, CELLS, evaluation, EXPERIMENT } from "../experiments/fixture.ts";
import type { ExperimentResult } from "../experiments/result.ts";
import { COLOURS, wrapped } from "./drawing.tsx";
import { Figure } from "./Figure.tsx";
import { figureFile } from "./figureFile.tsx";
import { panelsOf } from "./curves.tsx";
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
  const svg = figureFile(result(plot));

  test("is well-formed: every element is closed, labels are escaped", () => {
    expect(svg).toContain("soft &lt;votes&gt;");
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

test("a bar is as long as its value, with a whisker over its interval", () => {
  const svg = figureFile(result());
  const widths = [...svg.matchAll(/width="([\d.]+)" height="13"/g)].map((found) => Number(found[1]));
  // plain 25 and 75 percent, soft 25 and 50.
  expect(widths[1]! / widths[0]!).toBeCloseTo(3, 2);
  expect(widths[3]! / widths[2]!).toBeCloseTo(2, 2);
  expect(svg.match(/stroke-width="1.25"/g)).toHaveLength(4);
});

test("the colours of files are those of the page", () => {
  const tokens = readFileSync(new URL("../ui/styles/tokens.css", import.meta.url), "utf8");
  for (const [name, [light, dark]] of Object.entries(COLOURS))
    expect(tokens).toContain(`--${name}: light-dark(${light}, ${dark});`);
});

describe("on the page", () => {
  const own = cell("plain", 0, [evaluation("before", [4, 0, 0, 0]), evaluation("after", [4, 4, 4, 4])]);
  const draw = (plot: Plot, hidden: readonly string[] = [], width = 300): string => {
    const comparison = compare(EXPERIMENT, result(), [own]);
    const interaction = { hidden: new Set(hidden), toggle: () => undefined };
    return renderToStaticMarkup(
      createElement(Figure, { title: "A small one", plot, comparison, width, interaction }),
    );
  };

  test("tooltips give the values of both sources", () => {
    const svg = draw(EXPERIMENT.plot);
    expect(svg).toMatch(/<title>plain \(percent\)\nbefore, committed: 25.0 \[.*\]\nbefore, yours: 25.0/);
    expect(svg).not.toContain("<style>");
    expect(draw({ kind: "curves", series: SERIES })).toContain(
      "<title>Step 20\nplain, committed: 75.0\nplain, yours: 100.0\nsoft &lt;votes&gt;, committed: 50.0</title>",
    );
  });

  test("a hidden line is left out but for its legend entry", () => {
    const svg = draw({ kind: "curves", series: SERIES }, ["plain"]);
    expect(svg).toContain('aria-label="plain" aria-pressed="false"');
    expect(svg).toContain("<title>Step 20\nsoft &lt;votes&gt;, committed: 50.0</title>");
    expect(svg).toContain(
      'aria-label="pass@1, percent by step. soft &lt;votes&gt;, committed: from 25.0 to 50.0.',
    );
  });

  test("panels are side by side where the width allows it", () => {
    const heightOf = (svg: string): number => Number(/ height="(\d+)"/.exec(svg)?.[1]);
    const plot = { kind: "curves", series: SERIES } as const;
    expect(heightOf(draw(plot, [], 300)) - heightOf(draw(plot, [], 900))).toBe(260);
  });
});

describe("panels", () => {
  test("are one per series, a variant's lines of both sources in one colour", () => {
    const own = [cell("soft", 0, [evaluation("before", [1, 1, 1, 1]), evaluation("after", [4, 4, 4, 4])])];
    const panels = panelsOf(compare(EXPERIMENT, { ...result(), cells: CELLS.slice(2) }, own), SERIES);
    expect(panels.map(({ title, unit }) => [title, unit])).toEqual([
      ["pass@1", "share"],
      ["label accuracy", "share"],
    ]);
    expect(
      panels[0]!.lines.map(({ source, colour, points }) => [source, colour, points.at(-1)?.mean]),
    ).toEqual([
      ["committed", "series-2", 0.5],
      ["own", "series-2", 1],
    ]);
  });

  test("are a single one where there is a single variant", () => {
    const single = { ...EXPERIMENT, variants: EXPERIMENT.variants.slice(0, 1) };
    const [panel, ...others] = panelsOf(compare(single, null, CELLS.slice(0, 1)), SERIES);
    expect(others).toEqual([]);
    expect(panel?.title).toBe("plain");
    expect(panel?.lines.map(({ label, colour }) => [label, colour])).toEqual([
      ["pass@1", "series-1"],
      ["label accuracy", "series-2"],
    ]);
  });
});

test("a long name is broken between words", () => {
  expect(wrapped("votes drawn until the winner is safe", 128)).toEqual([
    "votes drawn until",
    "the winner is safe",
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
  const scale = scaleOf(values, { from: 10, to: 310, spacing: 50 });
  expect(scale.ticks).toEqual(ticks);
  expect(scale.position(ticks[0]!)).toBeCloseTo(10, 9);
  expect(scale.position(ticks.at(-1)!)).toBeCloseTo(310, 9);
});
