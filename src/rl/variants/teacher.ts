/**
 * Votes of a slow follower: a second model whose weights are an exponential moving average of the policy's votes along, or
 * alone, so that labels lag behind the policy and it cannot talk itself into them.
 */
import type { TtrlConfig } from "../ttrlConfig.ts";

/** How many responses a step draws from policy and teacher, and how many of the policy's vote. */
export interface Electorate {
  /** Drawn from the policy; the first of them are trained on. */
  readonly drawn: number;
  /** How many of these vote, the first ones. */
  readonly voters: number;
  /** Drawn from the teacher; all vote, none is trained on. */
  readonly teachers: number;
}

/**
 * Of N votes the teacher casts the share asked for, the policy the others: a quarter in M-GRPO (arXiv 2512.13070), all of
 * them in Co-rewarding-II (arXiv 2508.00410, model-side). Where the policy has fewer votes than rollouts to train on, it
 * draws those beside the vote.
 */
export function electorate({
  votesPerQuestion,
  rolloutsPerQuestion,
  teacherShare,
}: Pick<TtrlConfig, "votesPerQuestion" | "rolloutsPerQuestion" | "teacherShare">): Electorate {
  const teachers = Math.round(teacherShare * votesPerQuestion);
  const voters = votesPerQuestion - teachers;
  return { drawn: Math.max(voters, rolloutsPerQuestion), voters, teachers };
}

/**
 * How much of itself the teacher keeps at a step counted from 1: M-GRPO holds it (0.99); Co-rewarding-II lets it rise along
 * a half cosine, m(t) = m_end - (m_end - m) (1 + cos(pi t / T)) / 2 with T steps in all (0.99 to 0.9999).
 */
export function teacherDecayAt(
  step: number,
  { teacherDecay, teacherDecayEnd, steps }: Pick<TtrlConfig, "teacherDecay" | "teacherDecayEnd" | "steps">,
): number {
  if (teacherDecayEnd === 0) return teacherDecay;
  const rest = (1 + Math.cos((Math.PI * step) / steps)) / 2;
  return teacherDecayEnd - (teacherDecayEnd - teacherDecay) * rest;
}
