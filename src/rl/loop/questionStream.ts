/** The questions of a run, step by step, with the random numbers that draw and sample them. */
import { at } from "../../math/at.ts";
import { restoreRandom, type Random } from "../../math/random.ts";
import { answerRules } from "../answer.ts";
import type { Method } from "../contracts/method.ts";
import type { Policy } from "../contracts/policy.ts";
import type { AnswerRules, QuestionSet } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import { drawQuestions } from "./drawQuestions.ts";
import { initialVotes, type InitialVotes } from "./initialVotes.ts";
import type { LoopState } from "./loopState.ts";
import type { StepQuestions } from "../sample.ts";

export class QuestionStream {
  readonly rules: AnswerRules;
  readonly random: Random;
  readonly #set: QuestionSet;
  readonly #method: Method;
  readonly #initial: InitialVotes | null;
  #queue: readonly number[];
  /** Response tokens sampled for the initial votes and not reported yet. */
  #tokens: number;

  private constructor(
    set: QuestionSet,
    method: Method,
    state: LoopState,
    initial: { readonly votes: InitialVotes; readonly tokens: number } | null,
  ) {
    this.rules = answerRules(set, method.settings);
    this.random = restoreRandom(state.random);
    this.#set = set;
    this.#method = method;
    this.#queue = state.queue;
    this.#initial = initial?.votes ?? null;
    this.#tokens = initial?.tokens ?? 0;
  }

  /** Opens the stream where `state` left it. Takes the initial model's votes if the method needs them and none are stored. */
  static async open(
    policy: Policy,
    set: QuestionSet,
    method: Method,
    state: LoopState,
    watch: Watch,
  ): Promise<QuestionStream> {
    const asked = { questions: set.questions, rules: answerRules(set, method.settings) };
    const initial = method.needsInitialVotes
      ? await initialVotes(policy, asked, method.settings, state, watch)
      : null;
    return new QuestionStream(set, method, state, initial);
  }

  /** Draws the next step's questions. */
  next(): StepQuestions {
    const { dropsEpochRest: dropsRest, settings } = this.#method;
    const { questions } = this.#set;
    const { questionsPerStep } = settings;
    const drawn = drawQuestions(questions.length, this.#queue, { questionsPerStep, dropsRest }, this.random);
    this.#queue = drawn.queue;
    return {
      questions: drawn.indices.map((index) => at(questions, index)),
      initialVotes: drawn.indices.map((index) => this.#initialVote(index)),
      rules: this.rules,
    };
  }

  #initialVote(index: number): StepQuestions["initialVotes"][number] {
    if (this.#initial === null) return null;
    const { initialLabels, initialRatios } = this.#initial;
    const pseudoLabel = initialLabels[index] ?? null; // null where the initial model gave no answer
    return { pseudoLabel, majorityRatio: at(initialRatios, index) };
  }

  /** Returns the tokens sampled for the initial votes, once. */
  takeTokens(): number {
    const tokens = this.#tokens;
    this.#tokens = 0;
    return tokens;
  }

  /** The part of the loop's state that continues the stream. */
  state(): Pick<LoopState, "queue" | "random"> & Partial<InitialVotes> {
    return { queue: this.#queue, random: this.random.state(), ...this.#initial };
  }
}
