/** Evaluation: k samples a question at the evaluation temperature (TTRL, section 3.1: T 0.6, top-p 0.95). */
import { createRandom } from "../math/random.ts";
import { answerRules } from "./answer.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import { measureEvaluation } from "./metrics/measure.ts";
import type { Evaluation } from "./metrics/metrics.ts";
import type { Policy } from "./contracts/policy.ts";
import type { Study } from "./contracts/types.ts";
import type { Watch } from "./contracts/watch.ts";

/** Streams of one seed from here on are evaluations', so that evaluating never changes what the loop draws. */
const EVALUATION_STREAM = 1 << 20;

/** Which evaluation: after how many steps, with how many samples a question. */
export interface EvaluationPoint {
  readonly step: number;
  readonly samples: number;
}

/** Samples every chosen question and measures the policy; the policy is not changed. */
export async function evaluate(
  policy: Policy,
  study: Study,
  config: TtrlConfig,
  { step, samples }: EvaluationPoint,
  watch: Watch = {},
): Promise<Evaluation> {
  const questions = spread(study.questions, config.evaluationQuestions);
  const random = createRandom(config.seed, EVALUATION_STREAM + step);
  const requests = questions.map(({ prompt }) => ({ prompt, seed: random.integer(0, 2 ** 31 - 1) }));
  const { evaluationTemperature: temperature, evaluationTopP: topP, maxResponseTokens } = config;
  const responses = await policy.sample(
    requests,
    { count: samples, temperature, topP, maxResponseTokens },
    watch.signal,
    (done, total) => watch.onProgress?.("evaluate", done, total),
  );
  const rules = answerRules(study, config);
  return measureEvaluation({ step, temperature, topP }, questions, responses, study.answerKey, rules);
}

/** At most `count` items, evenly spread over the list, so that every level keeps its share. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return items.filter(
    (_, i) => Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length),
  );
}
