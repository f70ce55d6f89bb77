import { useStore } from "zustand";
import { usePage } from "../page.tsx";
import { Section } from "../Section.tsx";
import { EXPERIMENTS_ID } from "../sections.ts";
import { ExperimentItem } from "./ExperimentItem.tsx";
import "./experiments.css";

/** The list of experiments. */
export function Experiments() {
  const { lab } = usePage();
  const { status, experiments, message } = useStore(lab.experiments.list);
  const lead = (
    <p className="soft prose experiments__lead">
      The paper&apos;s tables and figures at the scale of this page, and questions beyond them. Open one to
      see its committed result and to run its variants here, one live or all in sequence.
    </p>
  );
  return (
    <Section id={EXPERIMENTS_ID} title="Experiments" head={lead} className="panel" data-testid="experiments">
      {status === "loading" && <p className="soft">Loading the list of experiments…</p>}
      {status === "failed" && <p className="problem">{message}</p>}
      {status === "ready" && experiments.length === 0 && (
        <p className="soft">This page ships no experiments.</p>
      )}
      <ul>
        {experiments.map((listed) => (
          <ExperimentItem key={listed.experiment.name} listed={listed} />
        ))}
      </ul>
    </Section>
  );
}
