/** The nouns of the method. Shapes and ranges are stated here once. */
import type { Grader } from "../../grading/grader.ts";
import type { GradingSetting } from "../../grading/graders.ts";

/** How answers are extracted from responses: free-form mathematics, or one letter of a multiple choice. */
export type Task = "math" | "gpqa";

/** How answers are extracted and compared in a run: the data set's task, whose rules, and where answers are. */
export interface AnswerRules {
  readonly task: Task;
  readonly answers: GradingSetting;
  /** Where the corrected rules look for the answer (grading/answerFormat.ts). */
  readonly answerFormat: string;
  /** The grader of these rules. */
  readonly grader: Grader;
}

/** A turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A question as the policy receives it: a text, or the turns of a conversation that ends with it. */
export type Prompt = string | readonly Message[];

/** A question as the policy sees it. It has no answer: ground truth lives in the answer key of `rl/metrics`. */
export interface Question {
  readonly id: string;
  readonly prompt: string;
  /** Turns before the prompt, such as a system message of the data set. */
  readonly context?: readonly Message[];
  /** Number of options, lettered from A, that the prompt lists; absent for open questions. */
  readonly options?: number;
  /** Difficulty, e.g. "L3"; metrics are broken down by it where it is given. */
  readonly level?: string;
}

/** The questions of a data set, without their answers. */
export interface QuestionSet {
  readonly questions: readonly Question[];
  readonly task: Task;
}

/** Text around every question; "" adds nothing. */
export interface PromptFrame {
  /** System prompt. */
  readonly system: string;
  /** Appended to the question in its own turn. */
  readonly suffix: string;
  /** A Jinja template in place of the model's chat template. */
  readonly template?: string;
  /** Arguments of the template by name, such as `enable_thinking`: JSON values. */
  readonly templateArgs?: Readonly<Record<string, unknown>>;
  /** The day that the template's `strftime_now` formats, as yyyy-mm-dd; absent in runs begun before it was recorded. */
  readonly date?: string;
}

/** An extracted, canonical answer, or null where the response has none. Null keeps its place in every list. */
export type Answer = string | null;

/** One sampled response of T tokens. */
export interface Response {
  /** Decoded text without special tokens. */
  readonly text: string;
  /** Token ids [T] as sampled, including the end-of-sequence token if the response ended with it. */
  readonly tokens: Int32Array;
  /** Tokens of the prompt; absent where the policy does not report it. */
  readonly promptTokens?: number;
  /** Log-probability (nats) of each token [T] under the distribution it was drawn from, before top-p. */
  readonly logprobs: Float32Array;
  /** Mean entropy (nats) of the next-token distribution over the response's tokens. */
  readonly entropy: number;
  /** False when the response was cut at the token limit. */
  readonly finished: boolean;
}

/** The result of a majority vote over a group's answers. */
export interface Vote {
  /** The most frequent answer, ties to the one seen first; null when no response has an answer. */
  readonly pseudoLabel: Answer;
  /** Votes for `pseudoLabel`. */
  readonly majorityCount: number;
  /** `majorityCount` over all votes, including those without an answer, in [0, 1]. */
  readonly majorityRatio: number;
  /** Votes by answer in order of first appearance; votes without an answer are not counted. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Responses with their extracted answers: `answers[i]` belongs to `responses[i]`. */
export interface Answered {
  readonly responses: readonly Response[];
  readonly answers: readonly Answer[];
}

/** The G responses to one question in one step, with vote, rewards and advantages. */
export interface Group extends Answered {
  readonly question: Question;
  readonly vote: Vote;
  /** Votes cast, including those without an answer and those of other voters. */
  readonly votes: number;
  /** Reward of every response [G]: 0 or 1 under a majority vote. */
  readonly rewards: readonly number[];
  /** Mean advantage of each response kept for training [K]: the first K of `responses`. */
  readonly advantages: readonly number[];
  /** Responses of other voters, which are not trained on; absent where only the policy votes. */
  readonly others?: Answered;
  /** Rewards as 0 or 1 for reward accuracy, where `rewards` are on another scale. */
  readonly binaryRewards?: readonly number[];
  /** Values that variants record of each response [G], by the name of the metric that is their mean. */
  readonly notes?: Readonly<Record<string, readonly (number | null)[]>>;
}

/** A response of T tokens to train on. */
export interface Rollout {
  readonly prompt: Prompt;
  readonly response: Response;
  /** Advantage of each token [T]. */
  readonly advantages: Float32Array;
  /**
   * Weight of each of its tokens in the loss, which expresses every aggregation: 1 / all tokens is the token mean,
   * 1 / (responses * own tokens) the mean over responses of their token means.
   */
  readonly weight: number;
}
