import { METRICS, type MetricName } from "../../rl/metrics/metrics.ts";
import { usePage } from "../page.tsx";
import { Dialog } from "./Dialog.tsx";

const ALL = Object.keys(METRICS) as MetricName[]; // keys of a const table

const UNITS: Readonly<Record<string, string>> = { share: "share, shown in percent", "": "no unit" };

/** What metrics mean: the ones asked about, or all of them. */
export function MetricsDialog({ metrics }: { readonly metrics: readonly MetricName[] | "all" }) {
  const { view } = usePage();
  return (
    <Dialog title={metrics === "all" ? "All definitions" : "What this chart shows"}>
      <dl className="definitions">
        {(metrics === "all" ? ALL : metrics).map((name) => (
          <Definition key={name} name={name} />
        ))}
      </dl>
      {metrics !== "all" && (
        <button
          type="button"
          className="button"
          onClick={() => view.setState({ dialog: { kind: "metrics", metrics: "all" } })}
        >
          All definitions
        </button>
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
        {needsTruth && <span className="soft"> Needs the true answers, which training never sees.</span>}
        {logged !== null && <span className="soft"> In the authors' logs: {logged}.</span>}
      </dd>
    </div>
  );
}
