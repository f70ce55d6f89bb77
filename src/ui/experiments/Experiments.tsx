import { useStore } from "zustand";
import { usePage } from "../page.tsx";
import { EXPERIMENTS_ID } from "../sections.ts";
import { ExperimentItem } from "./ExperimentItem.tsx";
import "./experiments.css";

/** All experiments: what each asks, and opened, its committed result and what can be run of it here. */
export function Experiments() {
  const { lab } = usePage();
  const { status, experiments, message } = useStore(lab.experiments.list);
  return (
    <section className="panel" aria-labelledby={EXPERIMENTS_ID} data-testid="experiments">
      <div className="section-head">
        <h2 id={EXPERIMENTS_ID} tabIndex={-1}>
          Experiments
        </h2>
        <p className="soft experiments__lead">
          The paper&apos;s tables and figures at the scale of this page, and questions beyond them. Open one
          to see its committed result, and run any variant here, live, or all of them one after another.
        </p>
      </div>
      {status === "loading" && <p className="soft">Loading the list of experiments.</p>}
      {status === "failed" && <p className="problem">{message}</p>}
      {status === "ready" && experiments.length === 0 && (
        <p className="soft">This page ships no experiments.</p>
      )}
      <ul className="experiments">
        {experiments.map((listed) => (
          <ExperimentItem key={listed.experiment.name} listed={listed} />
        ))}
      </ul>
    </section>
  );
}
