import { expect, test } from "vitest";
import { tableOf } from "./estimate.ts";
import { CELLS, EXPERIMENT } from "./fixture.ts";
import { markdownOf } from "./markdown.ts";
import type { ExperimentResult } from "./result.ts";

function result(): ExperimentResult {
  return {
    definition: EXPERIMENT,
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

test("the table tells each variant with its intervals, what is missing and what it cost", () => {
  const text = markdownOf(result());
  expect(text).toContain("# A small one\n\nDoes it help? Not in the paper.");
  expect(text).toMatch(/\| plain \| 2 \| 25\.0 \[[^\]]+\] \(25\.0 to 25\.0\) \| 75\.0 \[/);
  expect(text).toContain("| 13.0 [0.3, 25.7] |"); // tokens, over seeds alone
  expect(text).toContain("2.00M + 1.00M, 60 s |");
  expect(text).toContain("Not run yet: soft seed 1.");
  expect(text).toContain("3 runs, 7.5M response tokens with evaluations");
});
