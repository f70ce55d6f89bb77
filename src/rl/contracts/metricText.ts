/** How one series of a run is described: in captions, the metrics dialog and the documentation. */
export interface MetricText {
  readonly name: string;
  readonly unit: "share" | "nats" | "tokens" | "tokens/s" | "seconds" | "ms" | "";
  readonly formula: string;
  readonly meaning: string;
  /** True when it cannot be computed without the answer key. */
  readonly needsTruth: boolean;
  /** Its names in the logs of the authors' code; null for what they do not log. */
  readonly logged: string | null;
}

/** A metric that a variant adds: null in steps where the variant does not measure it. */
export interface VariantMetricText extends MetricText {
  /** Its chart; absent where it is not drawn. */
  readonly chart?: VariantChart;
}

/** The chart of a variant's metric, which the page shows once it is measured. */
export interface VariantChart {
  /** Name of the series in the legend. */
  readonly label: string;
  /** When it is measured, as a sentence shown in place of an empty chart. */
  readonly absence: string;
  /** Another metric of the step drawn with it. */
  readonly compare?: { readonly metric: "postReward"; readonly label: string };
  /** True when the axis need not start at 0. */
  readonly isSigned?: boolean;
}

/** A series that needs no answer key. */
export const text = (
  { logged = null, ...facts }: Pick<MetricText, "name" | "unit"> & Partial<Pick<MetricText, "logged">>,
  formula: string,
  meaning: string,
): MetricText => ({ ...facts, formula, meaning, logged, needsTruth: false });

/** A share that needs the answer key. */
export const ofTruth = (
  facts: Pick<MetricText, "name"> & Partial<Pick<MetricText, "logged">>,
  formula: string,
  meaning: string,
): MetricText => ({ ...text({ ...facts, unit: "share" }, formula, meaning), needsTruth: true });

/** A variant's metric with its chart. */
export const drawn = (metric: MetricText, chart: VariantChart): VariantMetricText => ({ ...metric, chart });
