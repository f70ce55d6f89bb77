/** What remedies did in a step: votes they saved, how a teacher voted, how unlike responses are. None needs the truth. */
import { mean, sum } from "../../math/stats.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { StepMetrics } from "./metrics.ts";
import type { Answer, Group } from "../contracts/types.ts";
import { majorityVote } from "../vote.ts";

type RemedyMetrics = Required<Pick<StepMetrics, "savedVotes" | "teacherAgreement" | "novelty">>;

/** The metrics of remedies; null of those that are off. */
export function measureRemedies(
  groups: readonly Group[],
  { votesPerQuestion, voteBatch }: Pick<TtrlConfig, "votesPerQuestion" | "voteBatch">,
): RemedyMetrics {
  const cast = sum(groups.map(({ responses }) => responses.length));
  const agreements = groups.flatMap(({ answers, teacher }) =>
    teacher == null ? [] : [Number(winner(answers) === winner(teacher.answers))],
  );
  const novelties = groups.flatMap(({ novelty }) => novelty ?? []).filter((value) => value !== null);
  return {
    savedVotes: voteBatch === 0 ? null : 1 - cast / (votesPerQuestion * groups.length),
    teacherAgreement: agreements.length === 0 ? null : mean(agreements),
    novelty: novelties.length === 0 ? null : mean(novelties),
  };
}

/** Tokens of the teacher's responses, which cost as much to sample as the policy's. */
export function teacherTokens(groups: readonly Group[]): number {
  return sum(groups.flatMap(({ teacher }) => teacher?.responses ?? []).map(({ tokens }) => tokens.length));
}

function winner(answers: readonly Answer[]): Answer {
  return majorityVote(answers).pseudoLabel;
}
