/** Which questions of a step to look at. */
import type { GroupView } from "../../store/run/record.ts";

export type VoteFilter = "all" | "wrong" | "split" | "unanimous";

/** Whether the vote chose a wrong answer; null without truth or without a vote. */
export function isWrongMajority({ truth, pseudoLabel, histogram }: GroupView): boolean | null {
  if (truth === null || pseudoLabel === null) return null;
  return histogram.some(({ answer, right }) => answer === pseudoLabel && right === false);
}

const PASSES: Readonly<Record<VoteFilter, (group: GroupView) => boolean>> = {
  all: () => true,
  wrong: (group) => isWrongMajority(group) === true,
  split: ({ majorityRatio }) => majorityRatio < 0.5,
  unanimous: ({ majorityRatio }) => majorityRatio === 1,
};

export interface FilterChoice {
  readonly filter: VoteFilter;
  readonly label: string;
  readonly title: string;
  readonly groups: readonly GroupView[];
}

/** The filters with the questions each would show. "Wrong majority" is absent where no truth is known. */
export function filterChoices(groups: readonly GroupView[], hasAnswers: boolean): readonly FilterChoice[] {
  const choice = (filter: VoteFilter, label: string, title: string): FilterChoice => ({
    filter,
    label,
    title,
    groups: groups.filter(PASSES[filter]),
  });
  return [
    choice("all", "All", "Every question of the step"),
    ...(hasAnswers ? [choice("wrong", "Wrong majority", "The vote chose a wrong answer")] : []),
    choice("split", "Split votes", "No answer has half of the votes"),
    choice("unanimous", "Unanimous", "Every response agrees, so nothing is learnt"),
  ];
}
