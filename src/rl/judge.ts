/** Responses of a step -> groups: answers, votes, rewards, and advantages, which may compare across questions. */
import { mean } from "../math/stats.ts";
import { outcomeRewards, stepAdvantages } from "./advantage.ts";
import { extractAnswers, type AnswerRules } from "./answer.ts";
import { multiLabelWeights } from "./variants/ballot.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import { rewardRule, type LabelSources } from "./variants/labels.ts";
import { multiLabelAdvantages } from "./variants/labelWeights.ts";
import { noveltyRewards } from "./variants/novelty.ts";
import { lacksConsensus, remedied } from "./variants/reshape.ts";
import { rewardFor } from "./reward.ts";
import { rewardedToken } from "./variants/rewardToken.ts";
import type { TokenTable } from "./contracts/tokenTable.ts";
import type { Answer, Group, Question, Response } from "./contracts/types.ts";
import { majorityVote } from "./vote.ts";

/** A question of a step and what was sampled for it. */
export interface Asked {
  readonly question: Question;
  readonly responses: readonly Response[];
  /** How many of the responses vote, the first ones; all where it is absent. */
  readonly voters?: number;
  /** A teacher's responses, which vote too and are not trained on. */
  readonly teachers?: readonly Response[];
  /** What the question counts for; 1 where it is absent. */
  readonly trust?: number;
  /** The greedy response, where the estimator asks for one. */
  readonly greedy: Response | null;
  /** What each token of each kept response pays for its distance to the initial model; empty where it is free. */
  readonly costs: readonly Float64Array[];
  /** What a companion says of each token of each kept response; absent where the estimator has none. */
  readonly scores?: readonly Float64Array[];
  /** Majority answer of the initial model; null where the labels do not ask for it. */
  readonly initialLabel: Answer;
}

/** A step, judged: `rewards[q][i][t]` and `advantages[q][i][t]` are of token t of the kept response i of group q. */
export interface Judged {
  readonly groups: readonly Group[];
  /** What the tokens earn, less what they pay. */
  readonly rewards: TokenTable;
  readonly advantages: TokenTable;
}

/** What rewards may be made from, beside the configuration and the answers. */
export type JudgeSources = Pick<LabelSources, "leaked" | "random">;

/** Judges all questions of a step. */
export function judgeStep(
  asked: readonly Asked[],
  rules: AnswerRules,
  config: TtrlConfig,
  sources: JudgeSources,
): Judged {
  const judged = asked.map((one) => judge(one, rules, config, sources));
  const tokenRewards = judged.map((group) => tokenRewardsOf(group, config));
  const greedyRewards = judged.flatMap(({ greedyReward }) => (greedyReward === null ? [] : [greedyReward]));
  const compared = isMultiLabel(config)
    ? judged.map((group) => underAllLabels(group, rules, config))
    : stepAdvantages(tokenRewards, config, {
        greedyRewards,
        scores: asked.map(({ scores }) => scores ?? []),
      });
  const advantages = judged.map((group, q) => remedied(compared[q] ?? [], group, config));
  const groups = judged.map(
    ({ question, responses, answers, vote, votes, rewards, teacher, novelty }, q): Group => ({
      question,
      responses,
      answers,
      vote,
      votes,
      rewards,
      advantages: (advantages[q] ?? []).map(levelOf),
      teacher,
      novelty,
    }),
  );
  return { groups, rewards: tokenRewards, advantages };
}

/** A question with its vote and what its responses earn. */
interface Voted extends Required<Omit<Group, "advantages">> {
  readonly greedyReward: number | null;
  readonly costs: readonly Float64Array[];
  readonly trust: number;
}

/** One question: answers, votes of policy and teacher, rewards, and the reward of its greedy response. */
function judge(asked: Asked, rules: AnswerRules, config: TtrlConfig, sources: JudgeSources): Voted {
  const { question, responses, greedy, costs, initialLabel, trust = 1, teachers = [] } = asked;
  const voters = asked.voters ?? responses.length;
  // All together, so that the greedy and the teacher's answers are in the spelling of the group's.
  const texts = [...responses, ...teachers, ...(greedy === null ? [] : [greedy])].map(({ text }) => text);
  const all = extractAnswers(texts, rules);
  const answers = all.slice(0, responses.length);
  const teacherAnswers = all.slice(responses.length, responses.length + teachers.length);
  const cast = {
    answers: [...answers.slice(0, voters), ...teacherAnswers],
    responses: [...responses.slice(0, voters), ...teachers],
  };
  const vote = majorityVote(cast.answers);
  const how = {
    ...sources,
    source: config.labelSource,
    rules,
    initialLabel,
    voting: config.voting,
    ballotOptions: config,
  };
  const isDropped = lacksConsensus(vote, config);
  const rule = isDropped ? () => 0 : rewardRule(question, { vote, ...cast }, how);
  const earned = { rewards: answers.map(rule), novelty: null };
  const isNovel = config.novelty === "n-grams" && !isDropped;
  const { rewards, novelty } = isNovel ? noveltyRewards({ responses, answers, ...earned }) : earned;
  const greedyReward = greedy === null ? null : rule(all.at(-1) ?? null);
  const teacher = teachers.length === 0 ? null : { responses: teachers, answers: teacherAnswers };
  const votes = cast.answers.length;
  return { question, responses, answers, vote, votes, rewards, novelty, greedyReward, costs, trust, teacher };
}

/** Token rewards of the responses kept. TTRL votes with many and trains on the first ones, as good as random (section 3.1). */
function tokenRewardsOf({ responses, rewards, costs }: Voted, config: TtrlConfig): Float64Array[] {
  return responses.slice(0, config.rolloutsPerQuestion).map((response, i) => {
    const token = rewardedToken(response, responses, config);
    return paid(outcomeRewards(rewards[i] ?? 0, response.tokens.length, token), costs[i]);
  });
}

/** Token rewards less what the tokens pay. */
function paid(rewards: Float64Array, costs: Float64Array | undefined): Float64Array {
  return costs === undefined
    ? rewards
    : rewards.map((reward, token) => reward - (costs[token] ?? Number.NaN));
}

/** Whether each label's advantages are divided by a deviation of their own; else its sum is that of weighted rewards. */
function isMultiLabel({ labelSource, voting, advantage }: TtrlConfig): boolean {
  return labelSource === "majority" && voting === "multi-label" && advantage === "grpo";
}

/** A group's advantages with every answer as a label, weighted. */
function underAllLabels(group: Voted, rules: AnswerRules, config: TtrlConfig): readonly Float64Array[] {
  const isDropped = lacksConsensus(group.vote, config);
  const weights = isDropped ? new Map<string, number>() : multiLabelWeights(group.vote, group.votes, config);
  const rewardsUnder = (label: Answer): Float64Array[] => {
    const rewards = group.answers.map((answer) => rewardFor(answer, label, rules));
    return tokenRewardsOf({ ...group, rewards }, config);
  };
  return multiLabelAdvantages(weights, rewardsUnder);
}

/** Mean over tokens, exact where all tokens are equal. */
function levelOf(tokens: Float64Array): number {
  const first = tokens[0] ?? 0;
  return first + mean([...tokens].map((value) => value - first));
}
