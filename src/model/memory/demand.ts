/** The largest requests that a run makes of its models, by its method: what memory has to suffice for. */
import type { Method } from "../../rl/contracts/method.ts";

/** Questions processed together, and responses to each. */
export interface SampledTogether {
  readonly questions: number;
  readonly responses: number;
}

export interface Demand {
  /** Of the policy, for votes and evaluations. */
  readonly sampled: readonly SampledTogether[];
  /** Of an EMA teacher; null without one. */
  readonly taught: SampledTogether | null;
  /** Responses of an update; those to one question are consecutive. */
  readonly trained: SampledTogether;
  readonly maxResponseTokens: number;
  /** Whether the initial model's weights are kept as well. */
  readonly initialModel: boolean;
  readonly critic: boolean;
  readonly rewardModel: boolean;
}

/** Returns what a run on `questions` questions asks for. */
export function demandOf(method: Method, questions: number): Demand {
  const { settings, voters, estimator, needsInitialVotes, keepsReference } = method;
  const { votesPerQuestion, maxResponseTokens, initialSamples, evaluationSamples } = settings;
  const step = Math.min(settings.questionsPerStep, questions);
  const evaluated = Math.min(settings.evaluationQuestions, questions);
  return {
    sampled: [
      { questions: step, responses: voters.atOnce },
      { questions: evaluated, responses: Math.max(initialSamples, evaluationSamples) },
      ...(needsInitialVotes ? [{ questions, responses: votesPerQuestion }] : []),
    ],
    taught: voters.others === 0 ? null : { questions: step, responses: voters.others },
    trained: { questions: step, responses: settings.rolloutsPerQuestion },
    maxResponseTokens,
    initialModel: keepsReference,
    critic: estimator.companion?.model === "critic",
    rewardModel: estimator.companion?.model === "rewardModel",
  };
}
