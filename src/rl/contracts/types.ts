/** The nouns of the method. Shapes and ranges are stated here once. */

/** Which rules extract an answer from a response: free-form mathematics, or one letter of a multiple choice. */
export type Task = "math" | "gpqa";

/** A question as the policy sees it. It has no answer: ground truth lives in an `AnswerKey`, which only metrics read. */
export interface Question {
  readonly id: string;
  readonly prompt: string;
  /** Difficulty, e.g. "L3"; metrics are broken down by it where it is given. */
  readonly level?: string;
}

/** What stands around every question; "" is nothing. */
export interface PromptFrame {
  /** A system turn before the question. */
  readonly system: string;
  /** Follows the question in its own turn. */
  readonly suffix: string;
}

/** True answers by question id. Only `rl/metrics/measure.ts` looks inside; the loop just hands it on. */
export type AnswerKey = ReadonlyMap<string, string>;

/** An extracted, canonical answer, or null where the response has none. Null keeps its place in every list. */
export type Answer = string | null;

/** One sampled response. */
export interface Response {
  /** Decoded text without special tokens. */
  readonly text: string;
  /** Token ids as sampled, the end-of-sequence token included when the response ended by itself. */
  readonly tokens: Int32Array;
  /** Tokens of the prompt it answers; absent where the policy knows none. */
  readonly promptTokens?: number;
  /** Log-probability (nats) of each token under the distribution it was drawn from, before top-p. Same length as `tokens`. */
  readonly logprobs: Float32Array;
  /** Mean entropy (nats) of the next-token distribution over the response's tokens. */
  readonly entropy: number;
  /** False when the response was cut at the token limit. */
  readonly finished: boolean;
}

/** The result of a majority vote over a group's answers. */
export interface Vote {
  /** The most frequent answer, ties to the one seen first; null when nobody answered. */
  readonly pseudoLabel: Answer;
  /** Votes for `pseudoLabel`. */
  readonly majorityCount: number;
  /** `majorityCount` over all responses, unanswered ones included, in [0, 1]. */
  readonly majorityRatio: number;
  /** Votes by answer in order of first appearance; unanswered responses are not in it. */
  readonly counts: ReadonlyMap<string, number>;
}

/** All responses to one question in one step, and what the method made of them. */
export interface Group {
  readonly question: Question;
  readonly responses: readonly Response[];
  /** `answers[i]` belongs to `responses[i]`. */
  readonly answers: readonly Answer[];
  readonly vote: Vote;
  /** How many voted, silent ones and a teacher's included; all responses where it is absent. */
  readonly votes?: number;
  /** Vote reward of every response: 0 or 1 unless a remedy grades them. */
  readonly rewards: readonly number[];
  /** Advantages of the responses kept for training: the first `advantages.length` of `responses`. */
  readonly advantages: readonly number[];
  /** A teacher's responses to the question, which voted too; null where there is none. */
  readonly teacher?: { readonly responses: readonly Response[]; readonly answers: readonly Answer[] } | null;
  /** How unlike the others each response is; null where nothing is rewarded for it. */
  readonly novelty?: readonly (number | null)[] | null;
}

/** A response ready to train on. */
export interface Rollout {
  readonly prompt: string;
  readonly response: Response;
  /** Advantage of each of the response's tokens. */
  readonly advantages: Float32Array;
  /**
   * Share of each of its tokens in the loss, which makes aggregation data: 1 / all tokens is the token mean,
   * 1 / (responses * own tokens) the mean over responses of their token means.
   */
  readonly weight: number;
}

/** What a run learns from. The answer key serves the metrics alone. */
export interface Study {
  readonly questions: readonly Question[];
  readonly answerKey: AnswerKey;
  readonly task: Task;
}
