/** One step of the loop, before it is measured against ground truth. */
import type { VariantMetrics } from "./hooks.ts";
import type { UpdateStats } from "./policy.ts";
import type { Group } from "./types.ts";

export interface StepOutcome {
  /** Counted from 1. */
  readonly step: number;
  readonly groups: readonly Group[];
  /** Share of the questions asked before whose pseudo-label changed; null when none was asked before. */
  readonly flipRate: number | null;
  readonly learningRate: number;
  /** Of the policy; null when it was not updated. */
  readonly update: UpdateStats | null;
  /** Metrics that variants measured, by name; null for those of variants that are off. */
  readonly variants: VariantMetrics;
  /** Response tokens sampled that neither vote nor are trained on: greedy baselines, the initial model's votes. */
  readonly extraTokens: number;
  /** Wall-clock seconds by phase. */
  readonly seconds: PhaseSeconds;
}

export interface PhaseSeconds {
  readonly sample: number;
  readonly judge: number;
  readonly train: number;
}
