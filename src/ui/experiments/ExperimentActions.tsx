import { useState } from "react";
import { useStore } from "zustand";
import type { Experiment } from "../../experiments/experiment.ts";
import type { ExperimentResult, ResultCell } from "../../experiments/result.ts";
import { mean } from "../../math/stats.ts";
import { jobsLeft, missingFor, mostSeeds } from "../../store/experiments/experimentSetup.ts";
import { counted, duration } from "../format.ts";
import { download } from "../export/download.ts";
import { Icon } from "../Icon.tsx";
import { useIsLocked, usePage } from "../page.tsx";

interface ExperimentActionsProps {
  readonly experiment: Experiment;
  /** What was measured here. */
  readonly cells: readonly ResultCell[];
  /** The committed result, if there is one. */
  readonly result: ExperimentResult | null;
}

/** All variants one after another, and what to do with what they have measured. */
export function ExperimentActions({ experiment, cells, result }: ExperimentActionsProps) {
  const { lab } = usePage();
  const isLocked = useIsLocked();
  const catalogue = useStore(lab.catalogue);
  const [seedsEach, setSeedsEach] = useState(1);
  const variants = experiment.variants.filter(
    (variant) => missingFor(experiment, variant, catalogue) === null,
  );
  const jobs = jobsLeft(experiment, variants, seedsEach, cells);
  return (
    <>
      <div className="experiment__actions">
        <button
          type="button"
          className="button"
          disabled={isLocked || jobs.length === 0}
          onClick={() => lab.experiments.runner.start(experiment, jobs)}
        >
          <Icon name="play" />
          {jobs.length === 0 ? "All measured" : `Run all: ${counted(jobs.length, "run")}`}
        </button>
        <SeedsChooser experiment={experiment} seedsEach={seedsEach} choose={setSeedsEach} />
        {cells.length > 0 && <KeptActions experiment={experiment} cells={cells} isLocked={isLocked} />}
      </div>
      <p className="soft small">
        {isLocked && <strong>A run is under way: another can begin when it is over. </strong>}
        One run after another, those that were measured here left out. A run that fails does not end the
        others; two in a row do. Finished runs are kept in this browser.
        {result !== null && result.cells.length > 0 && ` ${costText(result)}`}
      </p>
    </>
  );
}

function costText({ cells, environment }: ExperimentResult): string {
  const seconds = mean(cells.map((cell) => cell.seconds));
  return `The committed runs took ${duration(seconds)} each (${environment.backend}, ${environment.hardware}).`;
}

interface SeedsChooserProps {
  readonly experiment: Experiment;
  readonly seedsEach: number;
  readonly choose: (seedsEach: number) => void;
}

function SeedsChooser({ experiment, seedsEach, choose }: SeedsChooserProps) {
  const most = mostSeeds(experiment);
  if (most === 1) return null;
  return (
    <select
      className="field experiment__seeds"
      aria-label="Seeds of each variant"
      value={seedsEach}
      onChange={(event) => choose(Number(event.target.value))}
    >
      <option value={1}>one seed each</option>
      <option value={most}>all seeds, as committed</option>
    </select>
  );
}

interface KeptActionsProps {
  readonly experiment: Experiment;
  readonly cells: readonly ResultCell[];
  readonly isLocked: boolean;
}

function KeptActions({ experiment, cells, isLocked }: KeptActionsProps) {
  const { own } = usePage().lab.experiments;
  const save = (): void => {
    const text = `${JSON.stringify({ definition: experiment, cells }, null, 1)}\n`;
    download(`${experiment.name}-yours.json`, text, "application/json");
  };
  return (
    <>
      <button type="button" className="button" onClick={save}>
        <Icon name="download" />
        Save yours
      </button>
      <button
        type="button"
        className="button"
        disabled={isLocked}
        onClick={() => own.forget(experiment.name)}
      >
        <Icon name="reset" />
        Forget yours
      </button>
    </>
  );
}
