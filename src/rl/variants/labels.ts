/** Where labels come from: the vote, or one of the controls that show how much of a gain is due to it. */
import type { Random } from "../../math/random.ts";
import { answerRules, answersEqual, gradeAnswer, type AnswerRules } from "../answer.ts";
import { ballotRewards, type Ballot, type BallotOptions } from "./ballot.ts";
import type { LabelSource, TtrlConfig, Voting } from "../ttrlConfig.ts";
import { rewardFor } from "../reward.ts";
import type { Answer, AnswerKey, Question, Task, Vote } from "../contracts/types.ts";

/**
 * Truth that a run is allowed to learn from, because it was asked to ("truth", "wrong-majority"). A type of its own: an
 * `AnswerKey` cannot take its place, so no reward sees the truth by accident.
 */
export class LeakedLabels {
  readonly #truths: AnswerKey;
  readonly #rules: AnswerRules;

  constructor(truths: AnswerKey, rules: AnswerRules) {
    this.#truths = truths;
    this.#rules = rules;
  }

  /** Whether the answer to the question is right; null where that is not decided. */
  isRight(question: Question, answer: Answer): boolean | null {
    const truth = this.#truths.get(question.id);
    if (truth === undefined) throw new Error(`no true answer of question "${question.id}" was leaked`);
    return answer !== null && gradeAnswer(answer, truth, this.#rules);
  }
}

/** Leaks the answer key where the source learns from it, else null. Throws where the key has gaps. */
export function leakedLabels(
  { labelSource: source, answers }: Pick<TtrlConfig, "labelSource" | "answers">,
  study: { readonly questions: readonly Question[]; readonly answerKey: AnswerKey; readonly task: Task },
): LeakedLabels | null {
  if (source !== "truth" && source !== "wrong-majority") return null;
  const { questions, answerKey } = study;
  const missing = questions.filter(({ id }) => !answerKey.has(id)).length;
  if (missing > 0) {
    throw new RangeError(
      `label source "${source}" needs the true answer of every question, and ${missing} of ${questions.length} have none; ` +
        'choose a data set with answers, or the label source "majority"',
    );
  }
  return new LeakedLabels(answerKey, answerRules(study, { answers }));
}

/** What the rewards of one question may be made from. */
export interface LabelSources {
  readonly source: LabelSource;
  readonly rules: AnswerRules;
  /** What "majority" means by votes. */
  readonly voting: Voting;
  readonly ballotOptions: BallotOptions;
  /** Null unless the source learns from the truth. */
  readonly leaked: LeakedLabels | null;
  /** Majority answer of the initial model to this question; null when it had none or was not asked. */
  readonly initialLabel: Answer;
  /** Drawn from by "random" and "random-reward" alone. */
  readonly random: Random;
}

/** What an answer to the question earns. */
export type RewardRule = (answer: Answer) => number;

/**
 * The rule of one question in one step, 1 for
 * - "majority": the answer voted for in this step (TTRL, arXiv 2504.16084, section 2.2), or what `ballotRewards` makes of
 *   the votes,
 * - "truth": a right answer, the paper's leakage bound (RL on the test set with its labels),
 * - "initial-majority": the answer that the initial model voted for: a fixed teacher (SRT, arXiv 2505.21444),
 * - "random": one of the different answers of this step, all equally likely,
 * - "random-reward": any response, with probability 1/2 (Spurious Rewards, arXiv 2506.10947),
 * - "wrong-majority": the most frequent wrong answer of this step (the same paper's incorrect labels),
 * - "format": any answer at all (the same paper's format reward).
 */
export function rewardRule(question: Question, ballot: Ballot, sources: LabelSources): RewardRule {
  const { source, rules, leaked, initialLabel, random } = sources;
  const { vote } = ballot;
  switch (source) {
    case "majority": {
      const rewards = ballotRewards(sources.voting, ballot, sources.ballotOptions);
      return (answer) => {
        if (answer === null) return 0;
        const isAlike = ([candidate]: readonly [string, number]): boolean =>
          answersEqual(answer, candidate, rules);
        return rewards.get(answer) ?? [...rewards].find(isAlike)?.[1] ?? 0; // the paper's rules split equal answers
      };
    }
    case "initial-majority":
      return (answer) => rewardFor(answer, initialLabel, rules);
    case "random": {
      const label = vote.counts.size === 0 ? null : random.choice([...vote.counts.keys()]);
      return (answer) => rewardFor(answer, label, rules);
    }
    case "random-reward":
      return () => (random.uniform() < 0.5 ? 1 : 0);
    case "wrong-majority": {
      const label = wrongMajority(question, vote, granted(leaked, source));
      return (answer) => rewardFor(answer, label, rules);
    }
    case "truth": {
      const truths = granted(leaked, source);
      return (answer) => (truths.isRight(question, answer) === true ? 1 : 0);
    }
    case "format":
      return (answer) => (answer === null ? 0 : 1);
  }
}

/** The most frequent answer that is wrong, ties to the one seen first; null when all are right. */
function wrongMajority(question: Question, vote: Vote, truths: LeakedLabels): Answer {
  let [label, most]: [Answer, number] = [null, 0];
  for (const [answer, count] of vote.counts) {
    if (count > most && truths.isRight(question, answer) === false) [label, most] = [answer, count];
  }
  return label;
}

function granted(leaked: LeakedLabels | null, source: LabelSource): LeakedLabels {
  if (leaked === null) throw new Error(`label source "${source}" without leaked labels`);
  return leaked;
}
