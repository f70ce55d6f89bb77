import { METRICS, type MetricName } from "../../rl/metrics/metrics.ts";
import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";
import { Dialog } from "./Dialog.tsx";

const ALL = Object.keys(METRICS) as MetricName[];

const UNITS: Readonly<Record<string, string>> = { share: "percent", "": "no unit" };

/** Definitions of some metrics or of all. */
export function MetricsDialog({ metrics }: { readonly metrics: readonly MetricName[] | "all" }) {
  const { view } = usePage();
  return (
    <Dialog title={metrics === "all" ? "All metrics" : "Metrics of this chart"}>
      <dl className="definitions">
        {(metrics === "all" ? ALL : metrics).map((name) => (
          <Definition key={name} name={name} />
        ))}
      </dl>
      {metrics !== "all" && (
        <Button onClick={() => view.setState({ dialog: { kind: "metrics", metrics: "all" } })}>
          All metrics
        </Button>
      )}
    </Dialog>
  );
}

function Definition({ name }: { readonly name: MetricName }) {
  const { name: title, unit, formula, meaning, needsTruth, logged } = METRICS[name];
  return (
    <div className="definition">
      <dt>
        {title} <span className="soft small">{UNITS[unit] ?? unit}</span>
      </dt>
      <dd className="definition__formula">{formula}</dd>
      <dd>
        {meaning}
        {needsTruth && <span className="soft"> Requires ground truth.</span>}
        {logged !== null && <span className="soft"> Logged by the authors' code as {logged}.</span>}
      </dd>
    </div>
  );
}
