/** Early stop: once pseudo-labels no longer flip, the policy only sharpens what it has, right or wrong. */
import { mean } from "../../../math/stats.ts";
import { integer, real } from "../../config/field.ts";
import type { EarlyStop } from "../../contracts/hooks.ts";
import { defineVariant } from "../../contracts/variant.ts";

export const earlyStop = defineVariant({
  name: "early stop",
  fields: {
    stopWindow: integer(
      { group: "Loop", label: "Early-stop window", default: 0, bounds: [0, 10_000], unit: "steps" },
      "Ends the run once pseudo-labels hardly flipped over this many steps, after which a policy sharpens right and wrong labels alike; 0 never ends early.",
    ),
    stopFlipRate: real(
      { group: "Loop", label: "Early-stop flip rate", default: 0.01, bounds: [0, 1] },
      "With an early-stop window, the mean share of changed pseudo-labels at which the run ends.",
    ),
  },
  isOn: ({ stopWindow }) => stopWindow !== 0,
  hooks: (config) => ({ earlyStop: stopOnSettledLabels(config) }),
});

/**
 * Remembers the flip rates of the last `stopWindow` steps that had one, and ends the run when their mean is at most
 * `stopFlipRate` (the flip rate of TTRL-Guard, arXiv 2605.19444, which finds degradation past its collapse irreversible).
 */
export function stopOnSettledLabels({
  stopWindow,
  stopFlipRate,
}: {
  readonly stopWindow: number;
  readonly stopFlipRate: number;
}): EarlyStop {
  return {
    remember: (rates, { flipRate }) => (flipRate === null ? rates : [...rates, flipRate].slice(-stopWindow)),
    isOver: (rates) => rates.length >= stopWindow && mean(rates) <= stopFlipRate,
  };
}
