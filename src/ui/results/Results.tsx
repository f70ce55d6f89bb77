import { useMemo } from "react";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import { requested } from "../../store/run/run.ts";
import { Button } from "../Button.tsx";
import { count } from "../format.ts";
import { useHasAnswers, usePacedRecord, usePage, useRun } from "../page.tsx";
import { Section } from "../Section.tsx";
import { findings } from "./findings.ts";
import { levelResults } from "./levels.ts";
import { ResultsTable } from "./ResultsTable.tsx";
import "./results.css";

/** Automatic observations about the run. */
export function Findings() {
  const record = usePacedRecord();
  const found = record === null ? [] : findings(record);
  if (found.length === 0) return null;
  return (
    <ul className="findings stack" aria-label="Findings">
      {found.map(({ tone, text }) => (
        <li key={text} className={`finding tone-${tone}`}>
          <span aria-hidden="true">{tone === "good" ? "✓" : "!"}</span>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** The initial and the latest evaluation, compared by level. */
export function Results() {
  const record = usePacedRecord();
  const [base, now] = [record?.evaluations[0], record?.evaluations.at(-1)];
  const head = (
    <>
      {now !== undefined && <Sampling evaluation={now} />}
      <EvaluateButton />
    </>
  );
  return (
    <Section id="results-title" title="Results" head={head} className="panel" data-testid="results">
      {base === undefined || now === undefined ? (
        <p className="soft">
          The initial model is evaluated before the first step. The latest evaluation is compared with it
          here, by level and with 95% confidence intervals.
        </p>
      ) : (
        <Comparison base={base} now={now} />
      )}
    </Section>
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

function Comparison({ base, now }: { readonly base: Evaluation; readonly now: Evaluation }) {
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
    <Button
      look="small"
      disabled={!isPossible}
      title="Evaluate the current policy. Available while the run is paused or has ended."
      onClick={() => lab.run.request("evaluate")}
    >
      Evaluate now
    </Button>
  );
}
