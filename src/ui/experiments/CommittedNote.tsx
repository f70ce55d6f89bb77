import type { Experiment } from "../../experiments/experiment.ts";
import type { ExperimentResult } from "../../experiments/result.ts";
import { sum } from "../../math/stats.ts";
import type { CommittedState } from "../../store/experiments/experimentList.ts";
import { counted, duration, shortCount } from "../format.ts";
import { usePage } from "../page.tsx";

interface CommittedNoteProps {
  readonly committed: CommittedState;
  readonly experiment: Experiment;
}

/** Where the committed numbers come from, or why there are none. */
export function CommittedNote({ committed, experiment }: CommittedNoteProps) {
  const { list } = usePage().lab.experiments;
  switch (committed.status) {
    case "loading":
      return <p className="soft">Loading the committed result.</p>;
    case "none":
      return (
        <p className="soft">
          No result of this experiment is committed yet: there is nothing to compare with. What you run here
          is shown all the same.
        </p>
      );
    case "failed":
      return (
        <p className="problem">
          {committed.message}{" "}
          <button
            type="button"
            className="button button--small"
            onClick={() => void list.loadResult(experiment.name)}
          >
            Try again
          </button>
        </p>
      );
    case "ready":
      return <Origin result={committed.result} />;
    default:
      return committed satisfies never;
  }
}

function Origin({ result: { environment, cells, missing } }: { readonly result: ExperimentResult }) {
  const { version, backend, hardware, from, to } = environment;
  const sampled = sum(cells.map(({ tokens }) => tokens.sampled + tokens.evaluated));
  const trained = sum(cells.map(({ tokens }) => tokens.trained));
  return (
    <p className="soft small">
      Committed: {counted(cells.length, "run")} with version {version} on {backend}, {hardware},{" "}
      {from === to ? from : `${from} to ${to}`}; {shortCount(sampled)} tokens sampled, {shortCount(trained)}{" "}
      trained on, {duration(sum(cells.map(({ seconds }) => seconds)))} of computing.
      {missing.length > 0 && (
        <strong>
          {" "}
          Not complete: {counted(missing.length, "run")} still to be made, so intervals will narrow.
        </strong>
      )}
    </p>
  );
}
