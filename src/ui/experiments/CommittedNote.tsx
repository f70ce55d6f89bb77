import type { ExperimentResult } from "../../experiments/result.ts";
import { sum } from "../../math/stats.ts";
import type { CommittedState } from "../../store/experiments/experimentList.ts";
import { Button } from "../Button.tsx";
import { counted, duration, shortCount } from "../format.ts";
import { usePage } from "../page.tsx";

/** The origin of the committed result, or why there is none. */
export function CommittedNote({
  committed,
  name,
}: {
  readonly committed: CommittedState;
  readonly name: string;
}) {
  const { list } = usePage().lab.experiments;
  switch (committed.status) {
    case "loading":
      return <p className="soft prose">Loading the committed result…</p>;
    case "none":
      return (
        <p className="soft prose">
          No result of this experiment has been committed yet. Only your own results are shown.
        </p>
      );
    case "failed":
      return (
        <p className="problem prose">
          {committed.message}{" "}
          <Button look="small" onClick={() => void list.loadResult(name)}>
            Try again
          </Button>
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
    <p className="soft small prose">
      Committed: {counted(cells.length, "run")} with version {version} on {backend}, {hardware},{" "}
      {from === to ? from : `${from} to ${to}`}; {shortCount(sampled)} tokens sampled, {shortCount(trained)}{" "}
      trained on, {duration(sum(cells.map(({ seconds }) => seconds)))} of compute.
      {missing.length > 0 && (
        <strong>
          {" "}
          Incomplete: {counted(missing.length, "run")} missing, so intervals are wider than planned.
        </strong>
      )}
    </p>
  );
}
