/** Measures a run against ground truth, where the loop cannot see it. */
import type { StepOutcome } from "./step.ts";
import type { Question, Response } from "./types.ts";

export interface Examiner<StepMetrics, Evaluation> {
  step(outcome: StepOutcome): StepMetrics;
  /** `responses[i]` are the samples of `questions[i]`. */
  evaluation(
    at: { readonly step: number; readonly temperature: number; readonly topP: number },
    questions: readonly Question[],
    responses: readonly (readonly Response[])[],
  ): Evaluation;
}
