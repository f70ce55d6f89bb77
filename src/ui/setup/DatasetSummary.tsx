import type { DatasetEntry } from "../../store/setup/catalogue.ts";
import { datasetInUse, type DatasetState, type LoadedDataset } from "../../store/setup/dataset.ts";
import { count, counted } from "../format.ts";
import { FirstRows } from "./FirstRows.tsx";

interface DatasetSummaryProps {
  readonly state: DatasetState;
  /** The embedded data set, or null for the user's file. */
  readonly about: DatasetEntry | null;
  /** Whether another data set than the one in use is being read. */
  readonly isOther: boolean;
}

/** Summary of the data set in use: size, first question, mapped fields and skipped rows. */
export function DatasetSummary({ state, about, isOther }: DatasetSummaryProps) {
  const inUse = datasetInUse(state);
  if (state.status === "reading" && isOther) return <BeingRead {...state} />;
  return (
    <div className="stack" aria-live="polite" data-testid="dataset-reading">
      {about !== null && <p className="soft small">{about.description}</p>}
      {state.status === "failed" && (
        <p className="small problem" role="alert">
          {state.message}
          {inUse !== null && ` ${inUse.title} is still in use.`}
        </p>
      )}
      {inUse !== null && <Contents loaded={inUse} />}
    </div>
  );
}

function BeingRead({ fileName, preview }: Extract<DatasetState, { status: "reading" }>) {
  return (
    <div className="stack" data-testid="dataset-reading">
      <p className="small" role="status">
        Reading {fileName}…
      </p>
      {preview !== null && <FirstRows {...preview} />}
    </div>
  );
}

function Contents({ loaded }: { readonly loaded: LoadedDataset }) {
  const { questions, answerKey, notes, errors, task } = loaded.reading;
  const [first] = questions;
  return (
    <>
      <p className="small">
        <strong>{counted(questions.length, "question")}</strong>,{" "}
        {answerKey.size === 0
          ? "no answers"
          : `${answerKey.size === questions.length ? "all" : count(answerKey.size)} with answers`}
        {task === "gpqa" && ", multiple choice"}
      </p>
      {first !== undefined && <p className="reading__sample small">{first.prompt}</p>}
      {loaded.source === "file" && notes.length > 0 && (
        <ul className="reading__notes small soft">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {errors.length > 0 && <SkippedRows errors={errors} />}
    </>
  );
}

/** Maximum number of skipped rows listed. */
const ROWS_SHOWN = 50;

function SkippedRows({ errors }: { readonly errors: LoadedDataset["reading"]["errors"] }) {
  return (
    <details className="small">
      <summary className="watch">{counted(errors.length, "row")} skipped</summary>
      <div className="reading__rows" role="region" aria-label="Skipped rows" tabIndex={0}>
        <ul>
          {errors.slice(0, ROWS_SHOWN).map(({ row, reason }) => (
            <li key={row}>
              Row {row}: {reason}
            </li>
          ))}
          {errors.length > ROWS_SHOWN && <li>and {count(errors.length - ROWS_SHOWN)} more</li>}
        </ul>
      </div>
    </details>
  );
}
