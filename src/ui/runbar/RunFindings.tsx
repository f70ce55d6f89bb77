import { sentence } from "../format.ts";
import { usePacedRecord } from "../page.tsx";

/** Problems that hold in the latest steps of the run, with the step at which each began. */
export function RunFindings() {
  const findings = usePacedRecord()?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <ul className="runbar__findings" aria-label="Problems in this run" data-testid="run-findings">
      {findings.map(({ kind, message, since }) => (
        <li key={kind} className="runbar__finding tone-watch">
          <strong>Since step {since}:</strong> {sentence(message)}
        </li>
      ))}
    </ul>
  );
}
