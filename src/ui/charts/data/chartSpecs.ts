/** Which charts there are and which series each one draws. Names, units and meanings come from `METRICS`. */
import {
  METRICS,
  VARIANT_METRIC_NAMES,
  VARIANT_METRICS,
  type VariantMetricName,
  type Evaluation,
  type MetricName,
} from "../../../rl/metrics/metrics.ts";
import type { StepRecord } from "../../../store/run/record.ts";

/** Colour and dash of a series; both differ, so that neither is needed alone. */
export type Ink = 1 | 2;

interface SeriesText {
  /** Unique within its chart. */
  readonly key: string;
  readonly metric: MetricName;
  /** Name in the legend. */
  readonly label: string;
  readonly ink: Ink;
}

export type StepSeries = SeriesText & {
  readonly from: "steps";
  readonly read: (record: StepRecord) => number | null;
};

export type EvaluationSeries = SeriesText & {
  readonly from: "evaluations";
  readonly read: (evaluation: Evaluation) => number | null;
};

export type Series = StepSeries | EvaluationSeries;

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  /** The first series is the one whose latest value stands beside the title. */
  readonly series: readonly [Series, ...Series[]];
  /** A level line at the initial Maj@N, the one to beat. */
  readonly hasInitialMajority: boolean;
  /** Lowest value of the axis; null lets the data decide. */
  readonly from: 0 | null;
  /** What to read when nothing was measured. */
  readonly absence: string;
  /** Only some settings measure it; elsewhere it is named and not drawn. */
  readonly isOptional: boolean;
}

const UNTIL_STEP = "Appears with the first step.";
const UNTIL_SECOND_TIME = "Appears when questions come up a second time.";
const UNTIL_EVALUATION = "Appears with the evaluation before the first step.";

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

/** Titles begin with a capital, except the measures of the field that are never written with one. */
function titleOf(name: string): string {
  return name.startsWith("pass@") ? name : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

const chart = (
  id: string,
  series: ChartSpec["series"],
  changes: Partial<Omit<ChartSpec, "id" | "series">> = {},
): ChartSpec => ({
  id,
  title: titleOf(METRICS[series[0].metric].name),
  series,
  hasInitialMajority: false,
  from: 0,
  absence: UNTIL_STEP,
  isOptional: false,
  ...changes,
});

/** The chart of a variant's metric, shown once it is measured; none where the variant draws none. */
function variantChart(name: VariantMetricName): ChartSpec[] {
  const { chart: drawn } = VARIANT_METRICS[name];
  if (drawn === undefined) return [];
  const { label, absence, compare, isSigned = false } = drawn;
  const others = compare === undefined ? [] : [ofSteps(compare.metric, compare.label, 2)];
  const changes = { absence, isOptional: true, ...(isSigned && { from: null }) };
  return [chart(name, [ofSteps(name, label), ...others], changes)];
}

/** The four curves that tell whether a run works. All need the truth. */
export const HEADLINE_CHARTS: readonly ChartSpec[] = [
  chart("passAt1", [ofEvaluations("passAt1"), ofSteps("groundTruthRatio", "training samples")], {
    hasInitialMajority: true,
    absence: UNTIL_EVALUATION,
  }),
  chart("majAtN", [ofEvaluations("majAtN"), ofSteps("labelAccuracy", "votes of the step")], {
    hasInitialMajority: true,
    absence: UNTIL_EVALUATION,
  }),
  chart("labelAccuracy", [
    ofSteps("labelAccuracy", "label accuracy"),
    ofSteps("majorityRatio", "majority ratio", 2),
  ]),
  chart("rewardAccuracy", [ofSteps("rewardAccuracy", "votes of the step"), ofEvaluations("rewardAccuracy")]),
];

/** What can be watched without answers; these stand in for the headline charts then. */
export const UNLABELLED_CHARTS: readonly ChartSpec[] = [
  chart("majorityRatio", [ofSteps("majorityRatio", "votes of the step"), ofEvaluations("majorityRatio")]),
  chart("reward", [ofSteps("reward", "reward")]),
  chart("entropy", [ofSteps("entropy", "entropy")]),
  chart(
    "unansweredShare",
    [ofSteps("unansweredShare", "unanswered"), ofSteps("truncatedShare", "truncated", 2)],
    {
      title: "Unanswered and truncated",
    },
  ),
];

/** Everything else, with answers. */
export const SECONDARY_CHARTS: readonly ChartSpec[] = [
  ...UNLABELLED_CHARTS.filter(({ id }) => id !== "reward"),
  chart(
    "groundTruthRatio",
    [ofSteps("groundTruthRatio", "ground-truth ratio"), ofSteps("reward", "reward", 2)],
    {
      title: "Ground-truth ratio and reward",
    },
  ),
  chart("passAtN", [ofSteps("passAtN", "votes of the step"), ofEvaluations("passAtN")]),
  chart("voteEntropy", [ofSteps("voteEntropy", "votes of the step"), ofEvaluations("voteEntropy")]),
  chart("flipRate", [ofSteps("flipRate", "flip rate")], { absence: UNTIL_SECOND_TIME }),
  chart("responseLength", [ofSteps("responseLength", "response length")]),
  chart("unanimousShare", [ofSteps("unanimousShare", "no-signal groups")]),
  ...VARIANT_METRIC_NAMES.flatMap(variantChart),
  chart("kl", [ofSteps("kl", "KL to initial")], {
    absence:
      "Measured only with a copy of the initial model, which a KL coefficient above 0 keeps, and PRIME's reward model.",
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

/** The charts of a run: first the headline ones, then the others. */
export function chartsFor(hasAnswers: boolean): {
  readonly headline: readonly ChartSpec[];
  readonly secondary: readonly ChartSpec[];
} {
  if (hasAnswers) return { headline: HEADLINE_CHARTS, secondary: SECONDARY_CHARTS };
  const shown = new Set(UNLABELLED_CHARTS.map(({ id }) => id));
  const secondary = SECONDARY_CHARTS.filter(
    ({ id, series }) => !shown.has(id) && !series.some(({ metric }) => METRICS[metric].needsTruth),
  );
  return { headline: UNLABELLED_CHARTS, secondary };
}
