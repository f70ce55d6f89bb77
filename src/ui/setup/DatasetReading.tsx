import type { DatasetEntry } from "../../store/setup/catalogue.ts";
import type { DatasetState, LoadedDataset } from "../../store/setup/dataset.ts";
import { count, counted } from "../format.ts";

interface DatasetReadingProps {
  readonly state: DatasetState;
  /** The embedded data set, or null for a file of the user's. */
  readonly about: DatasetEntry | null;
}

/** What was read: how many questions and answers, what was mapped, and which rows are bad. */
export function DatasetReading({ state, about }: DatasetReadingProps) {
  const inUse = state.status === "none" ? null : state.inUse;
  return (
    <div className="reading" aria-live="polite" data-testid="dataset-reading">
      {about !== null && <p className="soft small">{about.description}</p>}
      {state.status === "failed" && (
        <p className="small problem" role="alert">
          {state.message}
          {inUse !== null && ` ${inUse.title} stays in use.`}
        </p>
      )}
      {inUse !== null && <Contents loaded={inUse} />}
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
          : `${answerKey.size === questions.length ? "all" : count(answerKey.size)} with an answer`}
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
      {errors.length > 0 && <BadRows errors={errors} />}
    </>
  );
}

/** A file may have thousands of bad rows; the first ones tell the story. */
const ROWS_SHOWN = 50;

function BadRows({ errors }: { readonly errors: LoadedDataset["reading"]["errors"] }) {
  return (
    <details className="reading__errors small">
      <summary>{counted(errors.length, "row")} left out</summary>
      <div className="reading__rows" role="region" aria-label="Rows left out" tabIndex={0}>
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
