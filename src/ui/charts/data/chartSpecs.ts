/** The charts and their series. Names, units and definitions come from `METRICS`. */
import {
  METRICS,
  VARIANT_METRIC_NAMES,
  VARIANT_METRICS,
  type VariantMetricName,
  type Evaluation,
  type MetricName,
} from "../../../rl/metrics/metrics.ts";
import type { StepRecord } from "../../../store/run/record.ts";
import { capitalized } from "../../format.ts";

/** Colour and dash pattern of a series. */
export type Ink = 1 | 2;

interface SeriesOf<From extends string, Source> {
  /** Unique within its chart. */
  readonly key: string;
  readonly metric: MetricName;
  /** Name in the legend. */
  readonly label: string;
  readonly ink: Ink;
  readonly from: From;
  readonly read: (source: Source) => number | null;
}

type StepSeries = SeriesOf<"steps", StepRecord>;
type EvaluationSeries = SeriesOf<"evaluations", Evaluation>;
export type Series = StepSeries | EvaluationSeries;

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  /** The latest value of the first series is shown below the title. */
  readonly series: readonly [Series, ...Series[]];
  /** Draws a line at the initial Maj@N. */
  readonly hasInitialMajority: boolean;
  /** Lower end of the axis; null means automatic. */
  readonly from: 0 | null;
  /** Shown if there is no data. */
  readonly absence: string;
  /** Shown only if there is data. */
  readonly isOptional: boolean;
}

const UNTIL_STEP = "Available after the first step.";
const UNTIL_SECOND_TIME = "Available once questions repeat.";
const UNTIL_EVALUATION = "Available after the initial evaluation.";

type StepMetric = Exclude<keyof StepRecord["metrics"], "step" | "sampledTokens" | "trainedTokens">;
type TimingMetric = keyof StepRecord["timing"];

const ofSteps = (metric: StepMetric, label: string, ink: Ink = 1): StepSeries => ({
  key: `steps-${metric}`,
  metric,
  label,
  ink,
  from: "steps",
  read: (record) => record.metrics[metric] ?? null,
});

const ofTiming = (metric: TimingMetric, label: string, ink: Ink = 1): StepSeries => ({
  key: `timing-${metric}`,
  metric,
  label,
  ink,
  from: "steps",
  read: (record) => record.timing[metric] ?? null,
});

const ofEvaluations = (metric: MetricName & keyof Evaluation, ink: Ink = 2): EvaluationSeries => ({
  key: `evaluations-${metric}`,
  metric,
  label: "evaluations",
  ink,
  from: "evaluations",
  read: (evaluation) => evaluation[metric] ?? null,
});

const chart = (
  id: string,
  series: ChartSpec["series"],
  changes: Partial<Omit<ChartSpec, "id" | "series">> = {},
): ChartSpec => ({
  id,
  title: capitalized(METRICS[series[0].metric].name),
  series,
  hasInitialMajority: false,
  from: 0,
  absence: UNTIL_STEP,
  isOptional: false,
  ...changes,
});

/** The chart of a variant's metric, shown if there is data; none if the metric defines no chart. */
function variantChart(name: VariantMetricName): ChartSpec[] {
  const { chart: drawn } = VARIANT_METRICS[name];
  if (drawn === undefined) return [];
  const { label, absence, compare, isSigned = false } = drawn;
  const others = compare === undefined ? [] : [ofSteps(compare.metric, compare.label, 2)];
  const changes = { absence, isOptional: true, ...(isSigned && { from: null }) };
  return [chart(name, [ofSteps(name, label), ...others], changes)];
}

/** The four most important charts, which require ground truth. */
export const HEADLINE_CHARTS: readonly ChartSpec[] = [
  chart("passAt1", [ofEvaluations("passAt1"), ofSteps("groundTruthRatio", "training samples")], {
    hasInitialMajority: true,
    absence: UNTIL_EVALUATION,
  }),
  chart("majAtN", [ofEvaluations("majAtN"), ofSteps("labelAccuracy", "training votes")], {
    hasInitialMajority: true,
    absence: UNTIL_EVALUATION,
  }),
  chart("labelAccuracy", [
    ofSteps("labelAccuracy", "label accuracy"),
    ofSteps("majorityRatio", "majority ratio", 2),
  ]),
  chart("rewardAccuracy", [ofSteps("rewardAccuracy", "training votes"), ofEvaluations("rewardAccuracy")]),
];

/** The most important charts without ground truth. */
export const UNLABELLED_CHARTS: readonly ChartSpec[] = [
  chart("majorityRatio", [ofSteps("majorityRatio", "training votes"), ofEvaluations("majorityRatio")]),
  chart("reward", [ofSteps("reward", "reward")]),
  chart("entropy", [ofSteps("entropy", "entropy")]),
  chart(
    "unansweredShare",
    [ofSteps("unansweredShare", "unanswered"), ofSteps("truncatedShare", "truncated", 2)],
    { title: "Unanswered and truncated" },
  ),
];

/** All other charts, with ground truth. */
export const SECONDARY_CHARTS: readonly ChartSpec[] = [
  ...UNLABELLED_CHARTS.filter(({ id }) => id !== "reward"),
  chart(
    "groundTruthRatio",
    [ofSteps("groundTruthRatio", "ground-truth ratio"), ofSteps("reward", "reward", 2)],
    { title: "Ground-truth ratio and reward" },
  ),
  chart("passAtN", [ofSteps("passAtN", "training votes"), ofEvaluations("passAtN")]),
  chart("voteEntropy", [ofSteps("voteEntropy", "training votes"), ofEvaluations("voteEntropy")]),
  chart("flipRate", [ofSteps("flipRate", "flip rate")], { absence: UNTIL_SECOND_TIME }),
  chart("responseLength", [ofSteps("responseLength", "response length")]),
  chart("unanimousShare", [ofSteps("unanimousShare", "no-signal groups")]),
  ...VARIANT_METRIC_NAMES.flatMap(variantChart),
  chart("kl", [ofSteps("kl", "KL to initial")], {
    absence: "Requires a reference model: a KL coefficient above 0, or advantage prime.",
    isOptional: true,
  }),
  chart("oldKl", [ofSteps("oldKl", "KL within the step")], { from: null }),
  chart("clipFraction", [ofSteps("clipFraction", "clip fraction")]),
  chart("gradientNorm", [ofSteps("gradientNorm", "gradient norm")]),
  chart("learningRate", [ofSteps("learningRate", "learning rate")]),
  chart("loss", [ofSteps("loss", "loss")], { from: null }),
  chart("logprobGap", [ofSteps("logprobGap", "logprob gap")]),
  chart(
    "speed",
    [ofTiming("sampleTokensPerSecond", "sampling"), ofTiming("trainTokensPerSecond", "training", 2)],
    { title: "Speed" },
  ),
  chart("time", [ofTiming("sampleSeconds", "sampling"), ofTiming("trainSeconds", "training", 2)], {
    title: "Time per step",
  }),
];

/** Returns the charts of a run. */
export function chartsFor(
  hasAnswers: boolean,
): Readonly<Record<"headline" | "secondary", readonly ChartSpec[]>> {
  if (hasAnswers) return { headline: HEADLINE_CHARTS, secondary: SECONDARY_CHARTS };
  const shown = new Set(UNLABELLED_CHARTS.map(({ id }) => id));
  const secondary = SECONDARY_CHARTS.filter(
    ({ id, series }) => !shown.has(id) && !series.some(({ metric }) => METRICS[metric].needsTruth),
  );
  return { headline: UNLABELLED_CHARTS, secondary };
}
