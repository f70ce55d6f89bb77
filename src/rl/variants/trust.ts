/** Trust in an answer or a question by its share of the votes (RESTRAIN, arXiv 2510.02172). */
import { real } from "../config/field.ts";

/** A setting that multi-label votes and question weights share. */
export const TRUST_FIELDS = {
  trustCentre: real(
    { group: "Rewards", label: "Trust centre", default: 1, bounds: [0, 1] },
    "With multi-label votes or question weights, the share of the votes that is trusted most; 1 lets trust rise with the share (RESTRAIN).",
  ),
} as const;

/** RESTRAIN's g: a Gaussian over vote shares. */
export interface TrustShape {
  /** k: the share that is trusted most; 1 lets trust rise with the share. */
  readonly centre: number;
  /** sigma: narrow trusts the winner only, wide trusts all alike. */
  readonly width: number;
}

/** g(f) = exp(-(f - k)^2 / (2 sigma^2)). A question's weight u is g of its majority ratio under the initial model. */
export function trustIn(share: number, { centre, width }: TrustShape): number {
  return Math.exp(-((share - centre) ** 2) / (2 * width ** 2));
}
