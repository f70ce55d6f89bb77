/** Test-Time Reinforcement Learning (arXiv 2504.16084): sample, vote, reward, advantage, update, repeat. */
import { createRandom } from "../math/random.ts";
import { advantage } from "./advantage.ts";
import { phaseWatch } from "./contracts/watch.ts";
import type { Loop, LoopState, Step } from "./loop/loopState.ts";
import { openQuestions } from "./loop/questionStream.ts";
import { reward } from "./reward.ts";
import { sample } from "./sample.ts";
import { outcomeOf, startClock, stateAfter } from "./loop/stepOutcome.ts";
import { update } from "./update.ts";
import { vote } from "./vote.ts";

/** Streams of a seed from here on are for rewards, so that whatever draws from them, the loop samples the same. */
const REWARD_STREAM = 1 << 21;

/**
 * The loop. Yields after every step; not asking for the next one pauses it, and the watch's signal stops it inside a
 * step. Continues from `state`, which must belong to the models passed in.
 */
export async function* ttrl(
  { models, set, method, truth = null, watch = {} }: Loop,
  state: LoopState,
): AsyncGenerator<Step> {
  const { steps, seed } = method.settings;
  const stream = await openQuestions(models.policy, set, method, state, watch);
  const { rules } = stream;
  for (let step = state.step + 1; step <= steps; step++) {
    const lap = startClock();
    const sampling = phaseWatch(watch, "sample");
    const { sampled, turn } = await sample(models, stream.next(), method, stream.random, sampling);
    const sampleSeconds = lap();

    const sources = { rules, truth, random: createRandom(seed, REWARD_STREAM + step) };
    const voted = sampled.map((question) => vote(question, rules, method.abstains));
    const rewarded = voted.map((question) => reward(question, method, sources));
    const judged = advantage(rewarded, rules, method);
    const judgeSeconds = lap();

    const updated = await update({ models, turn }, judged, method, step, phaseWatch(watch, "train"));
    const seconds = { sample: sampleSeconds, judge: judgeSeconds, train: lap() };

    const outcome = outcomeOf(
      { step, sampled, groups: judged.groups, updated, seconds },
      state,
      stream,
      method,
    );
    state = stateAfter(outcome, state, stream, method);
    yield { outcome, state };
  }
}
