/** A run as the input of its report files. */
import type { RunReport } from "../../report/record.ts";
import type { RunState } from "./run.ts";

export { metricsCsv, metricsJson } from "../../report/metrics.ts";

/** Returns the report of a run, or null before its model is loaded. */
export function reportOf(state: RunState): RunReport | null {
  if (state.status === "idle" || state.status === "starting" || state.device === null) return null;
  const { setup, steps, evaluations } = state.record;
  const { model, study, datasetOptions, prompt, config } = setup;
  const read = { dataset: study.name, ...(datasetOptions && { datasetOptions }), ...(prompt && { prompt }) };
  const run = { model: model.name, ...read, backend: state.device.backend, config };
  return { run, steps, evaluations };
}
