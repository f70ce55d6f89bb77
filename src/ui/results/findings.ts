/** Automatic observations about a run. */
import { bootstrapInterval, mean } from "../../math/stats.ts";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import type { RunRecord } from "../../store/run/record.ts";
import { percent } from "../format.ts";

interface Finding {
  readonly tone: "good" | "watch";
  readonly text: string;
}

/** Number of steps over which trends are averaged. */
const WINDOW = 3;

/** Returns the findings that apply to the run, most important first. */
export function findings(record: RunRecord): readonly Finding[] {
  const checks = [beatsTheVote, worseThanBase, weakBase, wrongMajority, noSignal];
  return checks.flatMap((check) => check(record) ?? []);
}

function watch(text: string): Finding {
  return { tone: "watch", text };
}

/** Margins by evaluation: findings are recomputed after every step, evaluations are rare. */
const margins = new WeakMap<Evaluation, number>();

/** Returns half the width of the 95% confidence interval of pass@1 over questions. */
function marginOf(evaluation: Evaluation): number {
  const known = margins.get(evaluation);
  if (known !== undefined) return known;
  const scores = evaluation.questions.flatMap(({ passAt1 }) => passAt1 ?? []);
  const [low, high] = scores.length < 2 ? [-1, 1] : bootstrapInterval(scores);
  margins.set(evaluation, (high - low) / 2);
  return (high - low) / 2;
}

function beatsTheVote({ evaluations }: RunRecord): Finding | null {
  const [base, now] = [evaluations[0], evaluations.at(-1)];
  if (base?.majAtN == null || now?.passAt1 == null || now === base) return null;
  if (now.passAt1 - marginOf(now) <= base.majAtN) return null;
  const text = `pass@1 (${percent(now.passAt1)}) exceeds the initial Maj@${base.samples} (${percent(base.majAtN)}): a single response is now correct more often than the initial majority vote.`;
  return { tone: "good", text };
}

function worseThanBase({ evaluations }: RunRecord): Finding | null {
  const [base, now] = [evaluations[0], evaluations.at(-1)];
  if (base?.passAt1 == null || now?.passAt1 == null) return null;
  if (now.passAt1 + marginOf(now) >= base.passAt1) return null;
  return watch(
    `pass@1 fell from ${percent(base.passAt1)} to ${percent(now.passAt1)}: the votes reward wrong answers. Stop the run and try a lower learning rate or more votes.`,
  );
}

function weakBase({ evaluations }: RunRecord): Finding | null {
  const base = evaluations[0];
  if (base?.passAt1 == null || base.passAt1 >= 0.02) return null;
  if (base.unansweredShare > 0.5) return null; // answers that are not found say nothing about the model
  return watch(
    `The initial model answers ${percent(base.passAt1)} of these questions correctly. TTRL amplifies what a model sometimes gets right; it cannot teach what the model does not know.`,
  );
}

function wrongMajority({ steps }: RunRecord): Finding | null {
  const recent = steps.slice(-WINDOW).map(({ metrics }) => metrics);
  const accuracies = recent.flatMap(({ labelAccuracy }) => labelAccuracy ?? []);
  if (accuracies.length < WINDOW) return null;
  const [accuracy, agreement] = [mean(accuracies), mean(recent.map(({ majorityRatio }) => majorityRatio))];
  if (agreement - accuracy < 0.2) return null;
  return watch(
    `The majority ratio (${percent(agreement)}) is far above the label accuracy (${percent(accuracy)}): the model may be converging on wrong majority answers. See the vote board.`,
  );
}

function noSignal({ steps }: RunRecord): Finding | null {
  const recent = steps.slice(-WINDOW).map(({ metrics }) => metrics);
  if (recent.length < WINDOW) return null;
  const same = mean(recent.map(({ unanimousShare }) => unanimousShare));
  const agreement = mean(recent.map(({ majorityRatio }) => majorityRatio));
  if (same < 0.9 || agreement < 0.5) return null; // without answers there is nothing to agree on
  return watch(
    `In ${percent(same)} of the groups all responses earn the same reward, so these questions provide almost no training signal.`,
  );
}
