/** The settings of a run as options of one update. */
import type { CoreConfig } from "../config/coreFields.ts";
import type { UpdateOptions } from "../contracts/policy.ts";

/** Returns the options of an update at this learning rate. */
export function updateOptions(settings: CoreConfig, learningRate: number): UpdateOptions {
  const { clipRange, clipHigh, dualClip, klCoefficient, klPlace } = settings;
  const { temperature, klEstimator, entropyCoefficient, gradientClip, beta1, beta2, weightDecay } = settings;
  return {
    ...{ temperature, klEstimator, entropyCoefficient, gradientClip, beta1, beta2, weightDecay },
    learningRate,
    clipLow: clipRange,
    clipHigh: clipHigh === 0 ? clipRange : clipHigh,
    dualClip: dualClip === 1 ? Infinity : dualClip,
    klCoefficient: klPlace === "loss" ? klCoefficient : 0,
  };
}

/** Returns whether the loss moves the policy on a response without an advantage. */
export function movesWithoutAdvantage({ klCoefficient, entropyCoefficient }: UpdateOptions): boolean {
  return klCoefficient > 0 || entropyCoefficient > 0;
}

/** Returns the learning rate of a step counted from 1: linear warm-up, then the schedule, both `lag` steps late. */
export function learningRateAt(
  step: number,
  {
    learningRate,
    warmupSteps,
    steps,
    schedule,
  }: Pick<CoreConfig, "learningRate" | "warmupSteps" | "steps" | "schedule">,
  lag: number,
): number {
  const done = step - lag;
  if (warmupSteps > 0 && done <= warmupSteps) return (learningRate * done) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const progress = (done - warmupSteps) / (steps + 1 - lag - warmupSteps);
  return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
