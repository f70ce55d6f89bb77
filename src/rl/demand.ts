/** The most that a run asks of its models at once, by its configuration: what memory has to be there for. */
import type { TtrlConfig } from "./ttrlConfig.ts";
import { keepsInitialModel } from "./loss.ts";
import { electorate } from "./variants/teacher.ts";

/** Questions sampled together, and responses to each. */
export interface SampledTogether {
  readonly questions: number;
  readonly responses: number;
}

export interface Demand {
  /** Of the policy, for votes and evaluations. */
  readonly sampled: readonly SampledTogether[];
  /** Of the teacher; null where none votes. */
  readonly taught: SampledTogether | null;
  /** Responses of an update, those to a question being neighbours. */
  readonly trained: SampledTogether;
  readonly maxResponseTokens: number;
  /** Whether the initial weights are kept beside the policy's. */
  readonly initialModel: boolean;
  readonly critic: boolean;
  readonly rewardModel: boolean;
}

/** What a run on a data set of so many questions demands. */
export function demandOf(config: TtrlConfig, questions: number): Demand {
  const { advantage, maxResponseTokens, rolloutsPerQuestion, voteBatch, votesPerQuestion } = config;
  const { drawn, teachers } = electorate(config);
  const step = Math.min(config.questionsPerStep, questions);
  const evaluated = Math.min(config.evaluationQuestions, questions);
  const votesAtFirst =
    config.labelSource === "initial-majority" || config.questionTrust === "initial-consensus";
  return {
    sampled: [
      { questions: step, responses: voteBatch === 0 ? drawn : Math.min(voteBatch, drawn) },
      { questions: evaluated, responses: Math.max(config.initialSamples, config.evaluationSamples) },
      ...(votesAtFirst ? [{ questions, responses: votesPerQuestion }] : []),
    ],
    taught: teachers === 0 ? null : { questions: step, responses: teachers },
    trained: { questions: step, responses: rolloutsPerQuestion },
    maxResponseTokens,
    initialModel: keepsInitialModel(config),
    critic: advantage === "gae",
    rewardModel: advantage === "prime",
  };
}
