import { percent, points } from "../format.ts";
import type { Estimate, LevelResult } from "./levels.ts";

/**
 * One row per level. The plot shows both estimates with their confidence intervals on a scale from 0 to 100%.
 * `step` is that of the latest evaluation.
 */
export function ResultsTable({
  results,
  step,
}: {
  readonly results: readonly LevelResult[];
  readonly step: number;
}) {
  const now = `at step ${step}`;
  return (
    <div className="results__scroll" role="region" aria-label="Results by level" tabIndex={0}>
      <table className="table results">
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Questions</th>
            <th scope="col">pass@1 initially</th>
            <th scope="col">pass@1 {now}</th>
            <th scope="col">Change</th>
            <th scope="col" className="results__plot">
              <span className="results__scale">
                <span>0%</span>
                <span>pass@1</span>
                <span>100%</span>
              </span>
            </th>
            <th scope="col">Maj@N initially</th>
            <th scope="col">Maj@N {now}</th>
          </tr>
        </thead>
        <tbody>
          {results.map((result) => (
            <ResultRow key={result.level ?? "all"} result={result} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ResultRow({ result }: { readonly result: LevelResult }) {
  const { level, questions, base, now } = result;
  const change = now.passAt1.mean - base.passAt1.mean;
  const isClear = now.passAt1.low > base.passAt1.high || now.passAt1.high < base.passAt1.low;
  return (
    <tr className={level === null ? "results__all" : undefined}>
      <th scope="row">{level ?? "All"}</th>
      <td>{questions}</td>
      <EstimateCell estimate={base.passAt1} />
      <EstimateCell estimate={now.passAt1} />
      <td
        className={isClear ? (change > 0 ? "right" : "wrong") : "soft"}
        title={`The 95% confidence intervals ${isClear ? "do not overlap" : "overlap"}`}
      >
        {points(change)}
      </td>
      <td className="results__plot">
        <Dumbbell base={base.passAt1} now={now.passAt1} />
      </td>
      <EstimateCell estimate={base.majAtN} />
      <EstimateCell estimate={now.majAtN} />
    </tr>
  );
}

function EstimateCell({ estimate }: { readonly estimate: Estimate }) {
  return (
    <td>
      {percent(estimate.mean)}
      <span className="results__interval">
        {(estimate.low * 100).toFixed(0)}–{(estimate.high * 100).toFixed(0)}
      </span>
    </td>
  );
}

/** The initial estimate above the latest one: a dot at the mean, a bar over the interval. */
function Dumbbell({ base, now }: { readonly base: Estimate; readonly now: Estimate }) {
  return (
    <svg className="dumbbell" aria-hidden="true">
      <line x1="0%" x2="100%" y1="10" y2="10" stroke="var(--line)" />
      <Interval estimate={base} y={6} colour="var(--level)" />
      <Interval estimate={now} y={14} colour="var(--series-1)" />
    </svg>
  );
}

function Interval({ estimate, y, colour }: { estimate: Estimate; y: number; colour: string }) {
  const at = (share: number): string => `${100 * share}%`;
  return (
    <>
      <line x1={at(estimate.low)} x2={at(estimate.high)} y1={y} y2={y} stroke={colour} strokeWidth="2" />
      <circle cx={at(estimate.mean)} cy={y} r="3.5" fill={colour} />
    </>
  );
}
