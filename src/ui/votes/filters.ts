/** Filters of the vote board. */
import type { GroupView } from "../../store/run/record.ts";

export type VoteFilter = "all" | "wrong" | "split" | "unanimous";

/** Whether the pseudo-label is wrong; null without ground truth or without a pseudo-label. */
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

interface FilterChoice {
  readonly filter: VoteFilter;
  readonly label: string;
  readonly title: string;
  readonly groups: readonly GroupView[];
}

/** Returns the filters with the questions they select. "Wrong majority" requires ground truth. */
export function filterChoices(groups: readonly GroupView[], hasAnswers: boolean): readonly FilterChoice[] {
  const choice = (filter: VoteFilter, label: string, title: string): FilterChoice => ({
    filter,
    label,
    title,
    groups: groups.filter(PASSES[filter]),
  });
  return [
    choice("all", "All", "All questions of the step"),
    ...(hasAnswers ? [choice("wrong", "Wrong majority", "The pseudo-label is wrong")] : []),
    choice("split", "Split votes", "No answer has half of the votes"),
    choice("unanimous", "Unanimous", "All responses agree, so there is no training signal"),
  ];
}
