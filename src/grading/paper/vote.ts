/** The vote on a group of responses as the authors run it, and their metrics of it. */
import type { Task } from "../grader.ts";
import { paperAnswersEqual } from "./equal.ts";
import { extractPaperAnswer } from "./extract.ts";

/** A group's vote. Rewards count pairs that are undecided within the budget as different. */
export interface PaperVote {
  readonly extracted: readonly string[];
  /** The most frequent spelling, ties to the one seen first; "", no answer, can win. */
  readonly label: string;
  readonly majorityCount: number;
  /** 1 where the answer equals the label mathematically. */
  readonly rewards: readonly number[];
}

/** What the truth says about a vote, each in [0, 1]. */
export interface PaperAccuracy {
  /** As the authors log it: the label goes through extraction once more, which most labels do not survive. */
  readonly labelAccuracy: number;
  /** The label itself against the truth. */
  readonly labelAccuracyDirect: number;
  /** Share of responses whose vote reward is their true one. */
  readonly rewardAccuracy: number;
  /** Share of right responses. */
  readonly groundTruthRatio: number;
  /** 1 when any response is right. */
  readonly pass: number;
}

/** The vote on at least one response. */
export function paperVote(responses: readonly string[], task: Task): PaperVote {
  const extracted = responses.map((response) => extractPaperAnswer(response, task));
  const counts = new Map<string, number>();
  for (const answer of extracted) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  let label = "";
  let majorityCount = 0;
  for (const [answer, count] of counts) {
    if (count > majorityCount) [label, majorityCount] = [answer, count];
  }
  return { extracted, label, majorityCount, rewards: grades(extracted, label) };
}

/** The metrics of a vote that need the truth. */
export function paperAccuracy(vote: PaperVote, truth: string, task: Task): PaperAccuracy {
  const right = grades(vote.extracted, truth);
  const agreeing = right.filter((grade, i) => grade === vote.rewards[i]);
  return {
    labelAccuracy: grade(extractPaperAnswer(vote.label, task), truth),
    labelAccuracyDirect: grade(vote.label, truth),
    rewardAccuracy: agreeing.length / right.length,
    groundTruthRatio: right.reduce((sum, value) => sum + value, 0) / right.length,
    pass: Number(right.includes(1)),
  };
}

/** Grades of answers against one truth; equal spellings are graded once. */
function grades(answers: readonly string[], truth: string): number[] {
  const known = new Map(Array.from(new Set(answers), (answer) => [answer, grade(answer, truth)] as const));
  return answers.map((answer) => known.get(answer) ?? 0);
}

function grade(given: string, truth: string): number {
  return Number(paperAnswersEqual(given, truth) === true);
}
