/** Responses as lines of JSON, from which every metric of a step or an evaluation can be recomputed. */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { NamedStudy } from "../../src/lab/study.ts";
import type { Tokenizer } from "../../src/model/language/tokenizer.ts";
import { promptOf } from "../../src/rl/contracts/prompt.ts";
import type { AnswerRules, Group } from "../../src/rl/contracts/types.ts";
import type { Examined } from "../../src/rl/metrics/measure.ts";

/** What a line is about. */
interface LogPlace {
  readonly kind: "evaluation" | "step";
  readonly step: number;
  readonly dataset: string;
}

/** What made prompts of the questions, and answers of the responses. */
interface ResponseContext {
  readonly tokenizer: Pick<Tokenizer, "promptText">;
  readonly rules: Pick<AnswerRules, "answers" | "answerFormat">;
}

/** Returns the lines of some groups: prompt as sent, responses, answers, votes, label, rewards, advantages of a step. */
export function responseLines(
  place: LogPlace,
  { study: { task, answerKey } }: NamedStudy,
  groups: readonly (Examined | Group)[],
  { tokenizer, rules: { answers, answerFormat } }: ResponseContext,
): string {
  const lines = groups.map((group) => ({
    ...place,
    id: group.question.id,
    task,
    rules: { answers, answerFormat },
    ...(group.question.options !== undefined && { options: group.question.options }),
    truth: answerKey.get(group.question.id) ?? null,
    prompt: tokenizer.promptText(promptOf(group.question)),
    responses: group.responses.map(({ text }) => text),
    tokens: group.responses.map(({ tokens }) => tokens.length),
    finished: group.responses.map(({ finished }) => finished),
    extracted: group.answers,
    votes: Object.fromEntries(group.vote.counts),
    label: group.vote.pseudoLabel,
    rewards: group.rewards,
    ...("advantages" in group && { advantages: group.advantages }),
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Writes the responses of one evaluation of a model that is not trained. */
export function writeEvaluation(
  path: string,
  dataset: NamedStudy,
  groups: readonly Examined[],
  context: ResponseContext,
): void {
  const place = { kind: "evaluation", step: 0, dataset: dataset.name } as const;
  writeFileSync(path, gzipSync(responseLines(place, dataset, groups, context)));
}
