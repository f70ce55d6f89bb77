/** Findings: what is wrong with sampled responses, in words, with the setting and the value to try. They need no ground truth. */
import { AUTO } from "../../grading/answerFormat.ts";
import { suggestFormat } from "../../grading/suggestFormat.ts";
import { mean } from "../../math/stats.ts";
import type { Answered, AnswerRules } from "../contracts/types.ts";
import { CONFIG_FIELDS, type TtrlConfig } from "../ttrlConfig.ts";

export interface Finding {
  readonly kind:
    "noTemplate" | "truncated" | "noEos" | "format" | "noAnswer" | "sameAnswers" | "differentAnswers";
  /** A sentence that states the evidence, then what to try. */
  readonly message: string;
}

/** A finding that holds during a run, first seen at step `since`. */
export interface RunFinding extends Finding {
  readonly since: number;
}

/** How the responses were sampled and their answers found. */
export interface FindingSettings
  extends
    Pick<TtrlConfig, "maxResponseTokens" | "temperature">,
    Pick<AnswerRules, "task" | "answers" | "answerFormat"> {
  readonly hasChatTemplate: boolean;
}

/** Minimum share of truncated responses for `truncated`. */
const TRUNCATED_SHARE = 0.8;
/** Minimum share of responses without an answer for `noAnswer`. */
const UNANSWERED_SHARE = 0.9;
/** Minimum number of answers to each question for `differentAnswers`. */
const FEWEST_ANSWERS = 4;
/** Maximum length of a last line that is an answer. */
const LONGEST_LINE = 40;
/** Maximum number of responses that other answer formats are tried on. */
const MOST_SEARCHED = 64;

/** The responses of all groups, and how many of them are truncated or have no answer. */
interface Evidence {
  readonly groups: readonly Answered[];
  readonly responses: Answered["responses"];
  readonly truncated: number;
  readonly unanswered: number;
}

type Check = (evidence: Evidence, settings: FindingSettings) => string | null;

/** The check of each kind, in the order in which problems are to be solved. */
const CHECKS: Readonly<Record<Finding["kind"], Check>> = {
  noTemplate,
  truncated,
  noEos,
  format: (evidence, settings) => otherFormat(evidence, settings),
  noAnswer,
  sameAnswers,
  differentAnswers,
};

/** Returns the findings on some groups of responses with their answers, the most basic first. */
export function findingsOf(groups: readonly Answered[], settings: FindingSettings): Finding[] {
  const responses = groups.flatMap((group) => group.responses);
  if (responses.length === 0) return [];
  const evidence = {
    groups,
    responses,
    truncated: responses.filter(({ finished }) => !finished).length,
    unanswered: groups.flatMap(({ answers }) => answers).filter(isMissing).length,
  };
  const kinds = Object.keys(CHECKS) as Finding["kind"][]; // keys of a table without others
  return kinds.flatMap((kind) => {
    const message = CHECKS[kind](evidence, settings);
    return message === null ? [] : [{ kind, message }];
  });
}

/** The authors' rules give "" where there is no answer. */
function isMissing(answer: string | null): boolean {
  return answer === null || answer === "";
}

function noTemplate(_: Evidence, { hasChatTemplate }: FindingSettings): string | null {
  if (hasChatTemplate) return null;
  return 'the model has no chat template, so it receives the bare text of the question: choose its instruction-tuned variant, or lead into the answer with a suffix such as "\\nAnswer:"';
}

function truncated({ responses, truncated: cut }: Evidence, settings: FindingSettings): string | null {
  if (cut < TRUNCATED_SHARE * responses.length) return null;
  const { default: usual, max } = CONFIG_FIELDS.maxResponseTokens;
  const { maxResponseTokens: limit } = settings;
  const advice =
    limit < max
      ? `set maxResponseTokens to ${Math.min(max, Math.max(usual, 2 * limit))} or more`
      : "ask for short answers in the suffix";
  return `${cut} of ${responses.length} responses were cut at maxResponseTokens (${limit}): ${advice}`;
}

function noEos({ responses, truncated: cut }: Evidence): string | null {
  if (cut < responses.length) return null;
  return `none of the ${cut} responses ended with an end-of-sequence token: if a higher maxResponseTokens does not change that, the model does not stop by itself; choose its instruction-tuned variant`;
}

function otherFormat(evidence: Evidence, settings: FindingSettings): string | null {
  const better = betterFormat(evidence, settings);
  if (better === null) return null;
  const { responses, unanswered } = evidence;
  const { answers, answerFormat } = settings;
  const rules = answers === "paper" ? "the paper's rules" : `answerFormat ${answerFormat}`;
  const { format, found, of } = better;
  const change = answers === "paper" ? "answers to corrected and answerFormat" : "answerFormat";
  return `${rules} found no answer in ${unanswered} of ${responses.length} responses, and ${format} would find one in ${found} of ${of}: set ${change} to ${format}`;
}

/** Returns the format that would find more answers, judged by the responses that ended; a cut response may still state one. */
function betterFormat({ responses, unanswered }: Evidence, { answers, answerFormat, task }: FindingSettings) {
  if (2 * unanswered <= responses.length) return null;
  const ended = responses.filter(({ finished }) => finished);
  const searched = evenly(ended.length > 0 ? ended : responses);
  const texts = searched.map(({ text }) => text);
  const suggested = suggestFormat(texts, answers === "paper" ? "boxed" : answerFormat, task);
  if (suggested === null) return null;
  // The last number or line of a response that was cut is no answer.
  if (ended.length === 0 && suggested.format.startsWith("last-")) return null;
  if (suggested.format === "last-line" && 2 * texts.filter(endsBriefly).length < texts.length) return null;
  return { ...suggested, of: texts.length };
}

/** Returns whether the last line may be an answer rather than a sentence. */
function endsBriefly(text: string): boolean {
  return (text.trim().split("\n").at(-1) ?? "").length <= LONGEST_LINE;
}

/** Returns at most `MOST_SEARCHED` items, evenly spread over the list. */
function evenly<T>(items: readonly T[]): readonly T[] {
  const every = Math.ceil(items.length / MOST_SEARCHED);
  return items.filter((_, i) => i % every === 0);
}

function noAnswer(evidence: Evidence, settings: FindingSettings): string | null {
  const { responses, unanswered, truncated: cut } = evidence;
  if (unanswered < UNANSWERED_SHARE * responses.length || betterFormat(evidence, settings) !== null)
    return null;
  const isCut = cut >= TRUNCATED_SHARE * responses.length;
  const { answers, answerFormat } = settings;
  const asks = answers === "paper" || ["boxed", AUTO].includes(answerFormat);
  const advice = isCut
    ? "they were cut before one"
    : `ask for one in the suffix${asks ? ", such as \\nPut your final answer within \\boxed{}." : `, in the form of answerFormat ${answerFormat}`}`;
  return `no answer was found in ${unanswered} of ${responses.length} responses, in no format: ${advice}`;
}

function sameAnswers({ groups }: Evidence, { temperature }: FindingSettings): string | null {
  const isSame = ({ answers }: Answered): boolean =>
    answers.length > 1 && answers.every((answer) => !isMissing(answer) && answer === answers[0]);
  if (!groups.every(isSame)) return null;
  const advice = temperature < 1 ? "set temperature to 1, or choose" : "choose";
  return `all ${answersEach(groups)} to each question are equal at temperature ${temperature}, so that there is nothing to learn from them: ${advice} harder questions`;
}

function differentAnswers({ groups }: Evidence, { temperature }: FindingSettings): string | null {
  const isDifferent = ({ answers }: Answered): boolean => {
    const given = answers.filter((answer) => !isMissing(answer));
    return given.length >= FEWEST_ANSWERS && new Set(given).size === given.length;
  };
  if (!groups.every(isDifferent)) return null;
  const advice = temperature > 0.6 ? "set temperature to 0.6, or choose" : "choose";
  return `every answer to a question differs from the others at temperature ${temperature}, so that the majority vote is chance: ${advice} easier questions`;
}

function answersEach(groups: readonly Answered[]): string {
  return `${Math.round(mean(groups.map(({ answers }) => answers.length)))} answers`;
}

/** Steps without a finding until it no longer holds, so that one near its threshold stays. */
const STEPS_WITHOUT = 3;

/** Follows the findings of a run. The function returned takes a step's findings and returns those that hold in the latest steps. */
export function followFindings(): (step: number, found: readonly Finding[]) => RunFinding[] {
  let held: readonly (RunFinding & { readonly last: number })[] = [];
  return (step, found) => {
    const before = held.filter(
      ({ kind, last }) => step - last < STEPS_WITHOUT && found.every((finding) => finding.kind !== kind),
    );
    const now = found.map((finding) => {
      const { since = step } = held.find(({ kind }) => kind === finding.kind) ?? {};
      return { ...finding, since, last: step };
    });
    held = [...now, ...before].sort((a, b) => a.since - b.since);
    return held.map(({ kind, message, since }) => ({ kind, message, since }));
  };
}
