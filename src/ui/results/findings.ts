/** What an attentive reader would say about the curves, in sentences. */
import { bootstrapInterval, mean } from "../../math/stats.ts";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import type { RunRecord } from "../../store/run/record.ts";
import { percent } from "../format.ts";

export interface Finding {
  readonly tone: "good" | "watch";
  readonly text: string;
}

/** Steps a trend must hold before it is spoken of. */
const WINDOW = 3;

/** All that holds for the run now, the most important first. */
export function findings(record: RunRecord): readonly Finding[] {
  const found = [
    beatsTheVote(record),
    worseThanBase(record),
    silence(record),
    hopelessBase(record),
    wrongMajority(record),
    nothingLeft(record),
  ];
  return found.filter((finding) => finding !== null);
}

function watch(text: string): Finding {
  return { tone: "watch", text };
}

/** Doubts by evaluation: findings are looked for after every step, and evaluations are few. */
const doubts = new WeakMap<Evaluation, number>();

/** Half the width of the 95% interval of pass@1 over questions. */
function doubtOf(evaluation: Evaluation): number {
  const known = doubts.get(evaluation);
  if (known !== undefined) return known;
  const scores = evaluation.questions.flatMap(({ passAt1 }) => passAt1 ?? []);
  const [low, high] = scores.length < 2 ? [-1, 1] : bootstrapInterval(scores);
  doubts.set(evaluation, (high - low) / 2);
  return (high - low) / 2;
}

function beatsTheVote({ evaluations }: RunRecord): Finding | null {
  const [base, now] = [evaluations[0], evaluations.at(-1)];
  if (base?.majAtN == null || now?.passAt1 == null || now === base) return null;
  if (now.passAt1 - doubtOf(now) <= base.majAtN) return null;
  const text = `A single response is now right more often (${percent(now.passAt1)}) than the majority of ${base.samples} was at the start (${percent(base.majAtN)}).`;
  return { tone: "good", text };
}

function worseThanBase({ evaluations }: RunRecord): Finding | null {
  const [base, now] = [evaluations[0], evaluations.at(-1)];
  if (base?.passAt1 == null || now?.passAt1 == null) return null;
  if (now.passAt1 + doubtOf(now) >= base.passAt1) return null;
  return watch(
    `pass@1 fell from ${percent(base.passAt1)} to ${percent(now.passAt1)}: the votes reward wrong answers. Stop, and try a lower learning rate or more votes.`,
  );
}

function silence({ steps, evaluations }: RunRecord): Finding | null {
  const share = steps.at(-1)?.metrics.unansweredShare ?? evaluations.at(-1)?.unansweredShare ?? 0;
  if (share < 0.9) return null;
  return watch(
    `${percent(share)} of the responses hold no answer, so there is hardly a vote to learn from: this model cannot handle these questions.`,
  );
}

function hopelessBase({ evaluations }: RunRecord): Finding | null {
  const base = evaluations[0]?.passAt1;
  if (base == null || base >= 0.02) return null;
  return watch(
    `The initial model gets ${percent(base)} of these questions right. TTRL sharpens what a model already gets right now and then; it cannot teach what the model does not know.`,
  );
}

function wrongMajority({ steps }: RunRecord): Finding | null {
  const recent = steps.slice(-WINDOW).map(({ metrics }) => metrics);
  const accuracies = recent.flatMap(({ labelAccuracy }) => labelAccuracy ?? []);
  if (accuracies.length < WINDOW) return null;
  const [accuracy, agreement] = [mean(accuracies), mean(recent.map(({ majorityRatio }) => majorityRatio))];
  if (agreement - accuracy < 0.2) return null;
  return watch(
    `The votes agree (${percent(agreement)}) far more than they are right (${percent(accuracy)}): a wrong majority may be taking hold. The vote board shows where.`,
  );
}

function nothingLeft({ steps }: RunRecord): Finding | null {
  const recent = steps.slice(-WINDOW).map(({ metrics }) => metrics);
  if (recent.length < WINDOW) return null;
  const same = mean(recent.map(({ unanimousShare }) => unanimousShare));
  const agreement = mean(recent.map(({ majorityRatio }) => majorityRatio));
  if (same < 0.9 || agreement < 0.5) return null; // where nobody answers, the silence is the finding
  return watch(
    `In ${percent(same)} of the groups every response earns the same, so there is almost nothing left to learn from these questions.`,
  );
}
