import { usePacedRecord } from "../page.tsx";
import { findings } from "./findings.ts";

/** Automatic observations about the run. */
export function Findings() {
  const record = usePacedRecord();
  const found = record === null ? [] : findings(record);
  if (found.length === 0) return null;
  return (
    <ul className="findings" aria-label="Findings">
      {found.map(({ tone, text }) => (
        <li key={text} className={`finding finding--${tone}`}>
          <span aria-hidden="true">{tone === "good" ? "✓" : "!"}</span>
          {text}
        </li>
      ))}
    </ul>
  );
}
