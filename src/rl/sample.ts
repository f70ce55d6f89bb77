/** Samples a step: votes, greedy baselines, the companion's scores, KL costs. */
import { at } from "../math/at.ts";
import type { Random } from "../math/random.ts";
import type { CompanionTurn, Draw, InitialVote, Sampled, Votes } from "./contracts/hooks.ts";
import type { Method } from "./contracts/method.ts";
import type { Models } from "./contracts/models.ts";
import type { OnProgress, SampleRequest } from "./contracts/policy.ts";
import { promptOf } from "./contracts/prompt.ts";
import type { AnswerRules, Question, Response } from "./contracts/types.ts";
import { klCosts } from "./rollouts/klCosts.ts";

/** A step's questions, and the initial model's votes on them where the run asks for those. */
export interface StepQuestions {
  readonly questions: readonly Question[];
  readonly initialVotes: readonly (InitialVote | null)[];
  readonly rules: AnswerRules;
}

/** The samples of a step by question, and the turn of the companion that scored them, if there is one. */
export interface SampledStep {
  readonly sampled: readonly Sampled[];
  readonly turn: CompanionTurn | null;
}

/**
 * Samples the votes on each question of a step with the current policy. Every question has one seed; response i is drawn
 * from its stream i, other voters' after the policy's, so that variants that sample more change nothing of the rest.
 */
export async function sample(
  models: Models,
  { questions, initialVotes, rules }: StepQuestions,
  method: Method,
  random: Random,
  watch: { readonly signal: AbortSignal | undefined; readonly onProgress: OnProgress },
): Promise<SampledStep> {
  const requests = questions.map((question) => ({
    prompt: promptOf(question),
    seed: random.integer(0, 2 ** 31 - 1),
  }));
  const votes = await method.voters.sample(drawing(models, requests, { questions, rules }, method, watch));
  const { estimator, settings } = method;
  const greedy =
    estimator.takesGreedyBaseline === true ? await sampleGreedily(models, requests, method, watch) : [];
  const kept = votes.map(({ responses }, q) =>
    responses
      .slice(0, settings.rolloutsPerQuestion)
      .map((response) => ({ prompt: at(requests, q).prompt, response })),
  );
  const costs = await klCosts(models.policy, kept, settings, watch.signal);
  const turn = (await estimator.companion?.score(models, kept, watch.signal)) ?? null;
  const sampled = votes.map((cast: Votes, q): Sampled => ({
    ...cast,
    question: at(questions, q),
    greedy: greedy[q] ?? null,
    costs: costs[q] ?? [],
    scores: turn?.scores[q] ?? [],
    initialVote: at(initialVotes, q),
  }));
  return { sampled, turn };
}

/** How the voters of a run sample: at its settings, until it is stopped. */
function drawing(
  models: Models,
  requests: readonly SampleRequest[],
  asked: Pick<StepQuestions, "questions" | "rules">,
  { settings: { temperature, topP, maxResponseTokens } }: Method,
  { signal, onProgress }: Parameters<typeof sample>[4],
): Draw {
  return {
    ...{ models, requests, ...asked, onProgress },
    sample: (model, chosen, range, progress = onProgress) =>
      model.sample(chosen, { ...range, temperature, topP, maxResponseTokens }, signal, progress),
  };
}

async function sampleGreedily(
  { policy }: Models,
  requests: readonly SampleRequest[],
  { settings: { maxResponseTokens } }: Method,
  { signal, onProgress }: Parameters<typeof sample>[4],
): Promise<Response[]> {
  const sampling = { count: 1, temperature: 0, topP: 1, maxResponseTokens };
  return (await policy.sample(requests, sampling, signal, onProgress)).map((group) => at(group, 0));
}

/** Returns tokens sampled for greedy baselines. */
export function greedyTokens(sampled: readonly Sampled[]): number {
  return sampled.reduce((tokens, { greedy }) => tokens + (greedy?.tokens.length ?? 0), 0);
}
