/** A try before a run: a few responses with everything that decides how they are read. */
import type { TrainablePolicy } from "../model/contracts/trainablePolicy.ts";
import { at } from "../math/at.ts";
import { createRandom } from "../math/random.ts";
import { extractAnswers, gradeAnswer } from "../rl/answer.ts";
import { answerRules } from "../rl/answerRules.ts";
import { answerSpan, type Span } from "../rl/answerSpan.ts";
import { promptOf } from "../rl/contracts/prompt.ts";
import type { Answer, Answered, AnswerRules, Response } from "../rl/contracts/types.ts";
import type { OnProgress } from "../rl/contracts/policy.ts";
import type { Study } from "../rl/metrics/answerKey.ts";
import { findingsOf, type Finding } from "../rl/metrics/findings.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";

/** Questions of a try, and responses to each. */
const [QUESTIONS, RESPONSES] = [2, 8];

export interface TriedResponse {
  readonly text: string;
  readonly answer: Answer;
  /** Part of the text in which the answer was found; null without an answer. */
  readonly found: Span | null;
  /** Whether the answer is correct; null without ground truth, or where that is undecided. */
  readonly right: boolean | null;
  readonly tokens: number;
  /** True if it ended with an end-of-sequence token, false if it was cut at maxResponseTokens. */
  readonly finished: boolean;
}

export interface TriedQuestion {
  readonly id: string;
  /** The prompt as sent: in the chat template, special tokens written out. */
  readonly prompt: string;
  readonly promptTokens: number;
  /** Ground truth; null if the data set has none. */
  readonly truth: string | null;
  readonly responses: readonly TriedResponse[];
}

export interface TryOut {
  /** The rule by which answers were found. */
  readonly rules: Pick<AnswerRules, "answers" | "answerFormat">;
  readonly questions: readonly TriedQuestion[];
  readonly findings: readonly Finding[];
  /** Notes about the model. */
  readonly notes: readonly string[];
}

/** Samples 8 responses to the first 2 questions of a study as a run's votes are sampled. The policy is not changed. */
export async function tryOut(
  policy: TrainablePolicy,
  study: Study,
  config: TtrlConfig,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<TryOut> {
  const { tokenizer } = policy.model;
  const { temperature, topP, maxResponseTokens } = config;
  const random = createRandom(config.seed);
  const questions = study.questions.slice(0, QUESTIONS);
  const requests = questions.map((question) => ({
    prompt: promptOf(question),
    seed: random.integer(0, 2 ** 31 - 1),
  }));
  const sampling = { count: RESPONSES, temperature, topP, maxResponseTokens };
  const sampled = await policy.sample(requests, sampling, signal, onProgress);
  const { hasChatTemplate } = tokenizer;
  const rules = answerRules(study, config);
  const groups = sampled.map((responses) => answeredBy(responses, rules));
  const tried = questions.map(({ id }, q): TriedQuestion => {
    const { prompt } = at(requests, q);
    const truth = study.answerKey.get(id) ?? null;
    return {
      ...{ id, prompt: tokenizer.promptText(prompt), truth },
      promptTokens: tokenizer.encodePrompt(prompt).length,
      responses: viewsOf(at(groups, q), truth, rules),
    };
  });
  const { answers, answerFormat, task } = rules;
  const findings = findingsOf(groups, { ...config, task, hasChatTemplate });
  return { rules: { answers, answerFormat }, questions: tried, findings, notes: policy.model.notes };
}

function answeredBy(responses: readonly Response[], rules: AnswerRules): Answered {
  const texts = responses.map(({ text }) => text);
  return { responses, answers: extractAnswers(texts, rules) };
}

function viewsOf(
  { responses, answers }: Answered,
  truth: string | null,
  rules: AnswerRules,
): TriedResponse[] {
  return responses.map(({ text, tokens, finished }, i) => {
    const answer = at(answers, i);
    const right = truth === null ? null : answer !== null && gradeAnswer(answer, truth, rules);
    return { text, answer, found: answerSpan(text, rules), right, tokens: tokens.length, finished };
  });
}
