/** Evaluation: k samples per question at the evaluation temperature (TTRL, section 3.1: T 0.6, top-p 0.95). */
import { createRandom } from "../math/random.ts";
import type { CoreConfig } from "./config/coreFields.ts";
import type { Policy } from "./contracts/policy.ts";
import { promptOf } from "./contracts/prompt.ts";
import type { Question, Response } from "./contracts/types.ts";
import type { Watch } from "./contracts/watch.ts";

/** Streams of a seed from here on are for evaluations, so that evaluating never changes what the loop samples. */
const EVALUATION_STREAM = 1 << 20;

/** Settings of evaluations. */
export type EvaluationSettings = Pick<
  CoreConfig,
  "seed" | "evaluationQuestions" | "evaluationTemperature" | "evaluationTopP" | "maxResponseTokens"
>;

/** After how many steps, and with how many samples per question. */
export interface EvaluationPoint {
  readonly step: number;
  readonly samples: number;
}

/** The samples of an evaluation: `responses[i]` belong to `questions[i]`. */
export interface EvaluationSamples {
  readonly step: number;
  readonly temperature: number;
  readonly topP: number;
  readonly questions: readonly Question[];
  readonly responses: readonly (readonly Response[])[];
}

/** Samples the chosen questions; the policy is not changed. */
export async function sampleEvaluation(
  policy: Policy,
  all: readonly Question[],
  settings: EvaluationSettings,
  { step, samples: count }: EvaluationPoint,
  watch: Watch,
): Promise<EvaluationSamples> {
  const questions = spread(all, settings.evaluationQuestions);
  const random = createRandom(settings.seed, EVALUATION_STREAM + step);
  const requests = questions.map((question) => ({
    prompt: promptOf(question),
    seed: random.integer(0, 2 ** 31 - 1),
  }));
  const { evaluationTemperature: temperature, evaluationTopP: topP, maxResponseTokens } = settings;
  const responses = await policy.sample(
    requests,
    { count, temperature, topP, maxResponseTokens },
    watch.signal,
    (done, total) => watch.onProgress?.("evaluate", done, total),
  );
  return { step, temperature, topP, questions, responses };
}

/** Returns at most `count` items, evenly spread over the list, so that every level keeps its share. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return items.filter(
    (_, i) => Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length),
  );
}
