/** The latest pseudo-label of every question, which the flip rate compares with. A plain value. */
import { answersEqual } from "../answer.ts";
import type { Answer, AnswerRules, Group } from "../contracts/types.ts";

/** Question id and latest pseudo-label of every question asked so far, in the order they were first asked. */
export type LabelHistory = readonly (readonly [id: string, label: Answer])[];

/** Returns the history after a step with these groups. */
export function rememberLabels(history: LabelHistory, groups: readonly Group[]): LabelHistory {
  const labels = new Map(history);
  for (const { question, vote } of groups) labels.set(question.id, vote.pseudoLabel);
  return [...labels];
}

/**
 * Returns the share of the questions asked before whose pseudo-label changed since; null when none was asked before (the
 * label change of TTRL-Guard, arXiv 2605.19444, of one step). No label and some label count as different.
 */
export function flipRate(history: LabelHistory, groups: readonly Group[], rules: AnswerRules): number | null {
  const labels = new Map(history);
  let [seen, flipped] = [0, 0];
  for (const { question, vote } of groups) {
    const before = labels.get(question.id);
    if (before === undefined) continue;
    seen++;
    if (!isSame(before, vote.pseudoLabel, rules)) flipped++;
  }
  return seen === 0 ? null : flipped / seen;
}

function isSame(a: Answer, b: Answer, rules: AnswerRules): boolean {
  return a === null || b === null ? a === b : answersEqual(a, b, rules);
}
