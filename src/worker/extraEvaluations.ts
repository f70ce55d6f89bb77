/** What an experiment measures of a run besides the run's own evaluations. */
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { evaluateStudy } from "../rl/metrics/studyRun.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import type { Policy } from "../rl/contracts/policy.ts";
import type { Study } from "../rl/metrics/answerKey.ts";
import type { Watch } from "../rl/contracts/watch.ts";
import type { InitialVote } from "./protocol.ts";

export interface NamedStudy {
  readonly name: string;
  readonly study: Study;
}

/** What is measured: the run's own questions by other votes, and the questions of others. */
export interface ExtraStudies {
  readonly own: NamedStudy;
  readonly votes: readonly InitialVote[];
  readonly others: readonly NamedStudy[];
}

/** An evaluation that is not the run's own. */
export interface ExtraEvaluation {
  /** "before" the first step, "after" the last, or the name of an initial vote. */
  readonly at: string;
  readonly dataset: string;
  readonly evaluation: Evaluation;
}

/** Before the first step the initial votes; then, as after the last step, the other data sets. */
export async function* measureExtras(
  policy: Policy,
  { own, votes, others }: ExtraStudies,
  config: TtrlConfig,
  step: number,
  watch: Watch,
): AsyncGenerator<ExtraEvaluation> {
  for (const { name, temperature, topP, samples } of step === 0 ? votes : []) {
    const voting = { ...config, evaluationTemperature: temperature, evaluationTopP: topP };
    const evaluation = await evaluateStudy(policy, own.study, voting, { step, samples }, watch);
    yield { at: name, dataset: own.name, evaluation };
  }
  for (const { name, study } of others) {
    const point = { step, samples: config.initialSamples }; // as many as the run's own first and last evaluation
    const evaluation = await evaluateStudy(policy, study, config, point, watch);
    yield { at: step === 0 ? "before" : "after", dataset: name, evaluation };
  }
}
