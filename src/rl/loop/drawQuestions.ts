/** Draws the questions of a step: every epoch asks each question once, in a new order. */
import type { Random } from "../../math/random.ts";

/** The indices of a step's questions, and those left in the epoch. */
export interface DrawnQuestions {
  readonly indices: readonly number[];
  readonly queue: readonly number[];
}

/** Draws `size` of `count` questions. Where the epoch's `queue` is too short, the rest of it is kept, or dropped. */
export function drawQuestions(
  count: number,
  queue: readonly number[],
  { questionsPerStep, dropsRest }: { readonly questionsPerStep: number; readonly dropsRest: boolean },
  random: Random,
): DrawnQuestions {
  const size = Math.min(questionsPerStep, count);
  if (queue.length >= size) return { indices: queue.slice(0, size), queue: queue.slice(size) };
  const kept = dropsRest ? [] : queue;
  const epoch = random.shuffle([...Array(count).keys()]);
  // A question already in this step moves to the end of the epoch, so that no step asks a question twice.
  const isKept = new Set(kept);
  const next = [...epoch.filter((index) => !isKept.has(index)), ...kept];
  const missing = size - kept.length;
  return { indices: [...kept, ...next.slice(0, missing)], queue: next.slice(missing) };
}
