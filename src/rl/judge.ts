/** Responses of a step -> groups: answers, votes, rewards, and advantages, which may compare across questions. */
import { mean } from "../math/stats.ts";
import { outcomeRewards, stepAdvantages, type TokenTable } from "./advantage.ts";
import { extractAnswers } from "./answer.ts";
import type { TtrlConfig } from "./config.ts";
import { ballotEntropy } from "./ballot.ts";
import { rewardRule, type LabelSources } from "./labels.ts";
import { penalise, shapeAdvantages } from "./reshape.ts";
import type { Answer, Group, Question, Response, Task, Vote } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** A question of a step and what was sampled for it. */
export interface Asked {
  readonly question: Question;
  readonly responses: readonly Response[];
  /** The greedy response, where the estimator asks for one. */
  readonly greedy: Response | null;
  /** What each token of each kept response pays for its distance to the initial model; empty where it is free. */
  readonly costs: readonly Float64Array[];
  /** Majority answer of the initial model; null where the labels do not ask for it. */
  readonly initialLabel: Answer;
}

/** A step, judged: `advantages[q][i][t]` is of token t of the kept response i of group q. */
export interface Judged {
  readonly groups: readonly Group[];
  readonly advantages: TokenTable;
}

/** What rewards may be made from, beside the configuration and the answers. */
export type JudgeSources = Pick<LabelSources, "leaked" | "random">;

/** Judges all questions of a step. */
export function judgeStep(
  asked: readonly Asked[],
  task: Task,
  config: TtrlConfig,
  sources: JudgeSources,
): Judged {
  const judged = asked.map((one) => judge(one, task, config, sources));
  // TTRL votes with many and trains on some: the first ones, which is as good as random (section 3.1).
  const tokenRewards = judged.map(({ responses, rewards, costs }) =>
    responses
      .slice(0, config.rolloutsPerQuestion)
      .map(({ tokens }, i) => paid(outcomeRewards(rewards[i] ?? 0, tokens.length), costs[i])),
  );
  const greedyRewards = judged.flatMap(({ greedyReward }) => (greedyReward === null ? [] : [greedyReward]));
  const advantages = stepAdvantages(tokenRewards, config.advantage, greedyRewards).map((group, q) =>
    remedied(group, judged[q], config),
  );
  const groups = judged.map(({ question, responses, answers, vote, rewards }, q): Group => ({
    question,
    responses,
    answers,
    vote,
    rewards,
    advantages: (advantages[q] ?? []).map(levelOf),
  }));
  return { groups, advantages };
}

/** One question: answers, vote, rewards, and the reward of its greedy response. */
function judge(
  { question, responses, greedy, costs, initialLabel }: Asked,
  task: Task,
  config: TtrlConfig,
  sources: JudgeSources,
) {
  const texts = [...responses, ...(greedy === null ? [] : [greedy])].map(({ text }) => text);
  const all = extractAnswers(texts, task); // the greedy answer in the spelling of the group's
  const answers = all.slice(0, responses.length);
  const vote = majorityVote(answers);
  const how = {
    ...sources,
    source: config.labelSource,
    initialLabel,
    voting: config.voting,
    ballotOptions: config,
  };
  const rule = lacksConsensus(vote, config)
    ? () => 0
    : rewardRule(question, { vote, answers, responses }, how);
  const rewards = answers.map(rule);
  const greedyReward = greedy === null ? null : rule(all.at(-1) ?? null);
  return { question, responses, answers, vote, rewards, greedyReward, costs };
}

/** Token rewards less what the tokens pay. */
function paid(rewards: Float64Array, costs: Float64Array | undefined): Float64Array {
  return costs === undefined
    ? rewards
    : rewards.map((reward, token) => reward - (costs[token] ?? Number.NaN));
}

/** A group's advantages after the remedies of the configuration, none by default. */
function remedied(
  advantages: readonly Float64Array[],
  group: { readonly vote: Vote; readonly responses: readonly Response[] } | undefined,
  config: TtrlConfig,
): readonly Float64Array[] {
  if (group === undefined) throw new Error("advantages of a group that was not judged");
  const { vote, responses } = group;
  if (lacksConsensus(vote, config)) return penalise(advantages, config.consensusPenalty);
  const entropy = ballotEntropy(vote);
  if (entropy < config.leastVoteEntropy || entropy > config.mostVoteEntropy) {
    return advantages.map(({ length }) => new Float64Array(length));
  }
  return shapeAdvantages(advantages, responses, config.advantageShaping);
}

function lacksConsensus({ majorityCount }: Vote, { consensusFloor }: TtrlConfig): boolean {
  return majorityCount < consensusFloor;
}

/** Mean over tokens, exact where all tokens are equal. */
function levelOf(tokens: Float64Array): number {
  const first = tokens[0] ?? 0;
  return first + mean([...tokens].map((value) => value - first));
}
