/** What a step samples: votes of the policy and of a teacher, greedy responses, and what tokens pay. */
import type { Random } from "../math/random.ts";
import type { AnswerRules } from "./answer.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import type { Asked } from "./judge.ts";
import type { Models } from "./contracts/models.ts";
import type { OnProgress, Policy, SampleRequest, Sampling } from "./contracts/policy.ts";
import { klCosts } from "./variants/rewardKl.ts";
import { drawVotes } from "./variants/sequentialVote.ts";
import { electorate, type Electorate } from "./variants/teacher.ts";
import type { Question, Response } from "./contracts/types.ts";

/** By question. */
export type Sampled = Pick<Asked, "responses" | "voters" | "teachers" | "greedy" | "costs">;

/** Who is asked, and how. */
interface Sampler {
  readonly models: Models;
  readonly requests: readonly SampleRequest[];
  readonly config: TtrlConfig;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/**
 * Responses to each question from the current policy, as many as it may vote; a teacher's where one votes, a greedy one
 * where it is a baseline, and what tokens pay for KL where it is a part of the reward. A question's seed is the same for
 * all of them; the teacher goes on where the policy's streams end.
 */
export async function sampleStep(
  models: Models,
  asked: { readonly questions: readonly Question[]; readonly rules: AnswerRules },
  config: TtrlConfig,
  random: Random,
  watch: { readonly signal: AbortSignal | undefined; readonly onProgress: OnProgress },
): Promise<Sampled[]> {
  const { questions, rules } = asked;
  const requests = questions.map(({ prompt }) => ({ prompt, seed: random.integer(0, 2 ** 31 - 1) }));
  const sampler = { models, requests, config, ...watch };
  const who = electorate(config);
  const votes = await sampleVotes(sampler, rules, who);
  const teachers = await sampleTeachers(sampler, who);
  const greedy = config.advantage === "remax" ? await sampleGreedily(sampler) : [];
  const costs = await klCosts(models.policy, questions, votes, config, watch.signal);
  return votes.map((responses, i) => ({
    responses,
    ...(who.teachers === 0 ? {} : { voters: who.voters, teachers: teachers[i] ?? [] }),
    greedy: greedy[i]?.[0] ?? null,
    costs: costs[i] ?? [],
  }));
}

/** The policy's responses, all at once or in batches. */
function sampleVotes(sampler: Sampler, rules: AnswerRules, { drawn }: Electorate): Promise<Response[][]> {
  const { models, requests, config, onProgress } = sampler;
  const total = requests.length * drawn;
  let done = 0;
  const draw: Parameters<typeof drawVotes>[0] = async (places, range) => {
    const chosen = places.map((place) => atPlace(requests, place));
    const before = done;
    const votes = await sample(models.policy, chosen, config, range, {
      ...sampler,
      onProgress: (rows) => onProgress(before + rows, total),
    });
    done += places.length * range.count;
    return votes;
  };
  return drawVotes(draw, requests.length, { ...config, votesPerQuestion: drawn }, rules);
}

/** The teacher's responses: none where nobody teaches. */
async function sampleTeachers(sampler: Sampler, { drawn, teachers }: Electorate): Promise<Response[][]> {
  if (teachers === 0) return [];
  const follower = await sampler.models.follower();
  return sample(follower, sampler.requests, sampler.config, { first: drawn, count: teachers }, sampler);
}

function sampleGreedily({ models, requests, config, signal, onProgress }: Sampler): Promise<Response[][]> {
  const { maxResponseTokens } = config;
  return models.policy.sample(
    requests,
    { count: 1, temperature: 0, topP: 1, maxResponseTokens },
    signal,
    onProgress,
  );
}

function sample(
  voter: Pick<Policy, "sample">,
  requests: readonly SampleRequest[],
  { temperature, topP, maxResponseTokens }: TtrlConfig,
  range: Required<Pick<Sampling, "first" | "count">>,
  { signal, onProgress }: Pick<Sampler, "signal" | "onProgress">,
): Promise<Response[][]> {
  return voter.sample(requests, { ...range, temperature, topP, maxResponseTokens }, signal, onProgress);
}

function atPlace(requests: readonly SampleRequest[], place: number): SampleRequest {
  const request = requests[place];
  if (request === undefined) throw new Error(`no question ${place} among ${requests.length}`);
  return request;
}
