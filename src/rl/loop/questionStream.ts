/** The questions of a run, step by step, with the random numbers that draw and sample them. */
import { at } from "../../math/at.ts";
import { restoreRandom, type Random } from "../../math/random.ts";
import { answerRules } from "../answerRules.ts";
import type { Method } from "../contracts/method.ts";
import type { Policy } from "../contracts/policy.ts";
import type { QuestionSet } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import { initialVotes } from "./initialVotes.ts";
import type { LoopState } from "./loopState.ts";
import type { StepQuestions } from "../sample.ts";

export type QuestionStream = Awaited<ReturnType<typeof openQuestions>>;

/**
 * Opens the stream where `state` left it. Takes the initial model's votes if the method needs them and the state has none.
 */
export async function openQuestions(
  policy: Policy,
  set: QuestionSet,
  method: Method,
  state: LoopState,
  watch: Watch,
) {
  const { questions } = set;
  const { settings, dropsEpochRest } = method;
  const rules = answerRules(set, settings);
  const initial = method.needsInitialVotes
    ? await initialVotes(policy, { questions, rules }, settings, state, watch)
    : null;
  const random = restoreRandom(state.random);
  let { queue } = state;
  let tokens = initial?.tokens ?? 0; // sampled for the initial votes and not reported yet
  return {
    rules,
    random,
    /** Draws the next step's questions. */
    next(): StepQuestions {
      const size = Math.min(settings.questionsPerStep, questions.length);
      const drawn = drawQuestions(questions.length, queue, size, dropsEpochRest, random);
      queue = drawn.queue;
      return {
        questions: drawn.indices.map((index) => at(questions, index)),
        initialVotes: drawn.indices.map((index) => initial && at(initial.votes, index)),
        rules,
      };
    },
    /** Returns the tokens sampled for the initial votes, once. */
    takeTokens(): number {
      const taken = tokens;
      tokens = 0;
      return taken;
    },
    /** Returns the part of the loop's state that continues the stream. */
    state: () => ({ queue, random: random.state(), ...initial?.stored }),
  };
}

/**
 * Draws the indices of `size` of `count` questions; every epoch asks each once, in a new order. Where the `queue` left in
 * the epoch is too short, the rest of it is kept, or dropped.
 */
function drawQuestions(
  count: number,
  queue: readonly number[],
  size: number,
  dropsRest: boolean,
  random: Random,
): { readonly indices: readonly number[]; readonly queue: readonly number[] } {
  if (queue.length >= size) return { indices: queue.slice(0, size), queue: queue.slice(size) };
  const kept = dropsRest ? [] : queue;
  const epoch = random.shuffle([...Array(count).keys()]);
  // A question already in this step moves to the end of the epoch, so that no step asks a question twice.
  const isKept = new Set(kept);
  const next = [...epoch.filter((index) => !isKept.has(index)), ...kept];
  const missing = size - kept.length;
  return { indices: [...kept, ...next.slice(0, missing)], queue: next.slice(missing) };
}
