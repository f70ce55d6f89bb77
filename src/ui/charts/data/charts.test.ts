import { describe, expect, test } from "vitest";
import { METRICS } from "../../../rl/metrics/metrics.ts";
import { evaluationOf, recordOf, stepOf } from "../../../store/fixture.ts";
import { chartRows, isShown, rawKey, seriesPoints, smooth, smoothRows, type ChartRow } from "./chartRows.ts";
import { chartsFor, HEADLINE_CHARTS } from "./chartSpecs.ts";
import { downsample } from "./downsample.ts";
import { chartSummary, latestReading } from "./summary.ts";

const [passAt1, majAtN] = HEADLINE_CHARTS;

const record = recordOf({
  steps: [stepOf(1, { groundTruthRatio: 0.2 }), stepOf(2, { groundTruthRatio: 0.4 })],
  evaluations: [evaluationOf(0, { passAt1: 0.25 }), evaluationOf(2, { passAt1: 0.5 })],
});

describe("the rows of a chart", () => {
  test("join steps and evaluations by step", () => {
    expect(chartRows(passAt1!, record)).toEqual([
      { step: 0, values: { "evaluations-passAt1": 0.25, "steps-groundTruthRatio": null } },
      { step: 1, values: { "evaluations-passAt1": null, "steps-groundTruthRatio": 0.2 } },
      { step: 2, values: { "evaluations-passAt1": 0.5, "steps-groundTruthRatio": 0.4 } },
    ]);
  });

  test("every headline chart has a point for every step", () => {
    for (const spec of HEADLINE_CHARTS) {
      const ofSteps = spec.series.find(({ from }) => from === "steps");
      expect(seriesPoints(chartRows(spec, record), ofSteps!.key)).toHaveLength(2);
    }
  });

  test("smoothing keeps the raw values and does not change evaluations", () => {
    const rows = smoothRows(passAt1!, chartRows(passAt1!, record), 0.5);
    // (0.5 * 0.1 + 0.5 * 0.4) / 0.75, with 0.1 = 0.5 * 0.2
    expect(rows[2]?.values["steps-groundTruthRatio"]).toBeCloseTo(1 / 3, 12);
    expect(rows[2]?.values[rawKey("steps-groundTruthRatio")]).toBe(0.4);
    expect(rows[2]?.values["evaluations-passAt1"]).toBe(0.5);
  });
});

test("without ground truth no chart requires it, and chart ids are unique", () => {
  const { headline, secondary } = chartsFor(false);
  const shown = [...headline, ...secondary].flatMap(({ series }) => series.map(({ metric }) => metric));
  expect(shown.filter((metric) => METRICS[metric].needsTruth)).toEqual([]);
  expect(shown).toContain("majorityRatio");
  const ids = [...chartsFor(true).headline, ...chartsFor(true).secondary].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("smoothing starts at the first value, holds a constant and keeps gaps", () => {
  expect(smooth([2, 2, null, 2], 0.9).map((value) => value && Number(value.toFixed(12)))).toEqual([
    2,
    2,
    null,
    2,
  ]);
  expect(smooth([1, 0], 0)).toEqual([1, 0]);
});

describe("downsampling", () => {
  const rows = Array.from({ length: 5000 }, (_, step): ChartRow => ({
    step,
    values: { a: step === 1234 ? 9 : Math.sin(step / 50), b: step === 4321 ? -9 : null },
  }));

  test("keeps at most the limit, the ends, and every series' peaks", () => {
    const kept = downsample(rows, 300);
    expect(kept.length).toBeLessThanOrEqual(300);
    expect(kept.length).toBeGreaterThan(100);
    const steps = kept.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps).toEqual(expect.arrayContaining([0, 1234, 4321, 4999]));
  });

  test("leaves short series as they are", () => {
    const short = rows.slice(0, 300);
    expect(downsample(short, 300)).toBe(short);
  });
});

test("optional charts are shown once there is data", () => {
  const optional = chartsFor(true).secondary.filter((spec) => spec.isOptional);
  const values = optional.find(({ id }) => id === "valueMean");
  expect(optional.filter((spec) => isShown(spec, record))).toEqual([]);
  expect(isShown(values!, null)).toBe(false);
  expect(isShown(values!, recordOf({ steps: [stepOf(1, { valueMean: 0.5 })] }))).toBe(true);
  expect(HEADLINE_CHARTS.every((spec) => isShown(spec, null))).toBe(true);
});

describe("the text alternative", () => {
  test("gives first and latest value and range of every series", () => {
    expect(chartSummary(passAt1!, chartRows(passAt1!, record), 0.5)).toBe(
      "evaluations: from 25.0% at step 0 to 50.0% at step 2, between 25.0% and 50.0%. " +
        "training samples: from 20.0% at step 1 to 40.0% at step 2, between 20.0% and 40.0%. " +
        "Initial Maj@N: 50.0%.",
    );
  });

  test("explains why there is no data", () => {
    expect(chartSummary(passAt1!, [], null)).toBe(passAt1!.absence);
    expect(latestReading(passAt1!, [])).toBeNull();
  });

  test("the reading is the latest evaluation and its change", () => {
    expect(latestReading(passAt1!, chartRows(passAt1!, record))).toEqual({
      value: "50.0%",
      change: "+25.0 pts since step 0",
    });
    const steps = chartRows(majAtN!, recordOf({ steps: [stepOf(1, { labelAccuracy: 0.5 })] }));
    expect(latestReading(majAtN!, steps)).toEqual({ value: "50.0%", change: null });
  });
});
