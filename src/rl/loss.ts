/** What an update minimises, by the configuration. */
import type { TtrlConfig } from "./ttrlConfig.ts";
import type { UpdateOptions } from "./contracts/policy.ts";

/** The configuration as options of an update at this learning rate. */
export function updateOptions(config: TtrlConfig, learningRate: number): UpdateOptions {
  const { clipRange, clipHigh, dualClip, klCoefficient, klPlace } = config;
  return {
    ...config,
    learningRate,
    clipLow: clipRange,
    clipHigh: clipHigh === 0 ? clipRange : clipHigh,
    dualClip: dualClip === 1 ? Infinity : dualClip,
    klCoefficient: klPlace === "loss" ? klCoefficient : 0,
  };
}

/** Whether the loss moves the policy on a response without advantages. */
export function movesWithoutAdvantage({ klCoefficient, entropyCoefficient }: UpdateOptions): boolean {
  return klCoefficient > 0 || entropyCoefficient > 0;
}

/** Whether a run needs the initial model beside the policy: for KL, and for what PRIME's reward model is compared with. */
export function keepsInitialModel({ klCoefficient, advantage }: TtrlConfig): boolean {
  return klCoefficient > 0 || advantage === "prime";
}
