import { useMemo } from "react";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import { requested } from "../../store/run/run.ts";
import { count } from "../format.ts";
import { useHasAnswers, usePacedRecord, usePage, useRun } from "../page.tsx";
import { levelResults } from "./levels.ts";
import { ResultsTable } from "./ResultsTable.tsx";
import "./results.css";

/** The initial and the latest evaluation, compared by level. */
export function Results() {
  const record = usePacedRecord();
  const [base, now] = [record?.evaluations[0], record?.evaluations.at(-1)];
  return (
    <section className="panel" aria-labelledby="results-title" data-testid="results">
      <div className="section-head">
        <h2 id="results-title">Results</h2>
        {now !== undefined && <Sampling evaluation={now} />}
        <EvaluateButton />
      </div>
      {base === undefined || now === undefined ? (
        <p className="soft">
          The initial model is evaluated before the first step. The latest evaluation is compared with it
          here, by level and with 95% confidence intervals.
        </p>
      ) : (
        <Comparison base={base} now={now} />
      )}
    </section>
  );
}

function Sampling({ evaluation }: { readonly evaluation: Evaluation }) {
  const { step, samples, questions, temperature, topP } = evaluation;
  return (
    <p className="soft small">
      step {count(step)}: {count(questions.length)} questions × {count(samples)} responses, temperature{" "}
      {temperature}, top-p {topP}
    </p>
  );
}

interface ComparisonProps {
  readonly base: Evaluation;
  readonly now: Evaluation;
}

function Comparison({ base, now }: ComparisonProps) {
  const hasAnswers = useHasAnswers();
  const results = useMemo(() => levelResults(base, now), [base, now]);
  if (!hasAnswers || results.length === 0) {
    return <p className="soft">Not available: pass@1 and Maj@N need ground-truth answers.</p>;
  }
  return <ResultsTable results={results} step={now.step} />;
}

function EvaluateButton() {
  const { lab } = usePage();
  const isPossible = useRun((state) => requested(state, "evaluate") !== null);
  return (
    <button
      type="button"
      className="button button--small"
      disabled={!isPossible}
      title="Evaluate the current policy. Available while the run is paused or has ended."
      onClick={() => lab.run.request("evaluate")}
    >
      Evaluate now
    </button>
  );
}
