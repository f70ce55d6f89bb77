/**
 * An EMA teacher votes: a second model, whose weights are a moving average of the policy's, casts some or all of the
 * votes, so that labels lag behind the policy (M-GRPO, arXiv 2512.13070; Co-rewarding-II, arXiv 2508.00410, model-side).
 */
import { at } from "../../../math/at.ts";
import { mean } from "../../../math/stats.ts";
import type { CoreConfig } from "../../config/coreFields.ts";
import { real, type ConfigOf } from "../../config/field.ts";
import type { Draw, Voters, Votes } from "../../contracts/hooks.ts";
import { drawn, text } from "../../contracts/metricText.ts";
import type { Answer, Group } from "../../contracts/types.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { majorityVote } from "../../vote.ts";

const fields = {
  teacherShare: real(
    { group: "Votes", label: "Teacher's share", default: 0, bounds: [0, 1] },
    "Share of the votes cast by an EMA teacher, a moving average of the policy (M-GRPO: 0.25, Co-rewarding-II: 1); 0 keeps no second model.",
  ),
  teacherDecay: real(
    { group: "Votes", label: "Teacher's decay", default: 0.99, bounds: [0, 0.99999] },
    "EMA decay of the teacher's weights per step (M-GRPO: 0.99, which suits some hundred steps and more).",
  ),
  teacherDecayEnd: real(
    { group: "Votes", label: "Teacher's final decay", default: 0, bounds: [0, 0.99999] },
    "The decay rises to this along a half cosine by the last step (Co-rewarding-II: 0.9999); 0 keeps it constant.",
  ),
} as const;

type TeacherConfig = CoreConfig & ConfigOf<typeof fields>;

export const emaTeacher = defineVariant({
  name: "EMA teacher",
  fields,
  metrics: {
    teacherAgreement: drawn(
      text(
        { name: "teacher agreement", unit: "share" },
        "mean over questions of [teacher's majority = policy's majority]",
        "How often the teacher's votes choose the same label as the policy's. Where it stays low, the policy has moved away from what it started with.",
      ),
      { label: "teacher agreement", absence: "Measured only where a teacher has a share of the votes." },
    ),
  },
  isOn: (config) => config.teacherShare !== 0,
  hooks: (config) => ({
    voters: teacherVoters(config),
    afterUpdate: async (models, step) => {
      await (await models.emaTeacher()).follow(teacherDecayAt(step, config));
    },
    measure: (groups) => ({ teacherAgreement: agreement(groups) }),
  }),
});

/**
 * Of N votes the teacher casts its share, the policy the others. Where the policy has fewer votes than rollouts to train
 * on, the further rollouts do not vote. The teacher draws from the streams after the policy's: while their weights are
 * equal, the vote is the one that the policy would have cast by itself.
 */
export function teacherVoters({
  votesPerQuestion,
  rolloutsPerQuestion,
  teacherShare,
}: Pick<TeacherConfig, "votesPerQuestion" | "rolloutsPerQuestion" | "teacherShare">): Voters & {
  readonly voters: number;
} {
  const others = Math.round(teacherShare * votesPerQuestion);
  const voters = votesPerQuestion - others;
  const count = Math.max(voters, rolloutsPerQuestion);
  return {
    ...{ drawn: count, atOnce: count, others, voters },
    async sample({ models, requests, sample }: Draw): Promise<Votes[]> {
      const own = await sample(models.policy, requests, { first: 0, count });
      if (others === 0) return own.map((responses) => ({ responses, voters, others: [] }));
      const teachers = await sample(await models.emaTeacher(), requests, { first: count, count: others });
      return own.map((responses, q) => ({ responses, voters, others: at(teachers, q) }));
    },
  };
}

/**
 * Returns the decay of a step counted from 1: constant (M-GRPO), or rising along a half cosine,
 * m(t) = m_end - (m_end - m) (1 + cos(pi t / T)) / 2 with T steps in all (Co-rewarding-II).
 */
export function teacherDecayAt(
  step: number,
  { teacherDecay, teacherDecayEnd, steps }: Pick<TeacherConfig, "teacherDecay" | "teacherDecayEnd" | "steps">,
): number {
  if (teacherDecayEnd === 0) return teacherDecay;
  const rest = (1 + Math.cos((Math.PI * step) / steps)) / 2;
  return teacherDecayEnd - (teacherDecayEnd - teacherDecay) * rest;
}

function agreement(groups: readonly Group[]): number | null {
  const agreements = groups.flatMap(({ answers, others }) =>
    others === undefined ? [] : [Number(winner(answers) === winner(others.answers))],
  );
  return agreements.length === 0 ? null : mean(agreements);
}

function winner(answers: readonly Answer[]): Answer {
  return majorityVote(answers).pseudoLabel;
}
