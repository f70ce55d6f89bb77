/** Early stop: when pseudo-labels no longer flip, the policy only sharpens what it has, right or wrong. */
import { mean } from "../../math/stats.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";

/** What the early stop remembers of a run; nothing where it does not watch. */
export interface FlipWatch {
  /** Flip rates of the last steps that had one, oldest first, at most as many as the window. */
  readonly recentFlipRates?: readonly number[];
}

/** The watch after a step; a step without a flip rate leaves it alone. */
export function watchFlips(
  { recentFlipRates = [] }: FlipWatch,
  flipRate: number | null,
  { stopWindow }: TtrlConfig,
): FlipWatch {
  if (stopWindow === 0) return {};
  const rates = flipRate === null ? recentFlipRates : [...recentFlipRates, flipRate];
  return { recentFlipRates: rates.slice(-stopWindow) };
}

/**
 * Whether the labels have settled: the mean flip rate of the last `stopWindow` steps is at most `stopFlipRate` (the flip
 * rate of TTRL-Guard, arXiv 2605.19444, which finds degradation past its collapse to be irreversible).
 */
export function hasSettled({ recentFlipRates = [] }: FlipWatch, config: TtrlConfig): boolean {
  const { stopWindow, stopFlipRate } = config;
  return stopWindow > 0 && recentFlipRates.length >= stopWindow && mean(recentFlipRates) <= stopFlipRate;
}
