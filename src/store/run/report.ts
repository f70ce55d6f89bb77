/** A run of the page as its files are written from it. */
import type { RunReport } from "../../report/record.ts";
import type { RunState } from "./run.ts";

export { metricsCsv, metricsJson } from "../../report/metrics.ts";

/** Null until a backend computes the run: before that there is nothing to report. */
export function reportOf(state: RunState): RunReport | null {
  if (state.status === "idle" || state.status === "starting" || state.device === null) return null;
  const { setup, steps, evaluations } = state.record;
  const { model, study, config } = setup;
  const run = { model: model.name, dataset: study.name, backend: state.device.backend, config };
  return { run, steps, evaluations };
}
