/** The files that go into a trained model's folder beside the model. */
import { metricsCsv, metricsJson } from "./metrics.ts";
import type { RunDescription, RunReport } from "./record.ts";

/** By name; the model card is a part of the model folder itself. */
export function reportFiles(report: RunReport): ReadonlyMap<string, string> {
  return new Map([
    ["run.json", runJson(report.run)],
    ["metrics.csv", metricsCsv(report)],
    ["metrics.json", metricsJson(report)],
  ]);
}

/** run.json: what the run was asked to do. */
export function runJson(run: RunDescription): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}
