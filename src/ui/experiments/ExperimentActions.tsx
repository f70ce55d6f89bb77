import { useState } from "react";
import { useStore } from "zustand";
import type { Experiment } from "../../experiments/experiment.ts";
import type { ExperimentResult, ResultCell } from "../../experiments/result.ts";
import { mean } from "../../math/stats.ts";
import { jobsLeft, missingFor, mostSeeds } from "../../store/experiments/experimentSetup.ts";
import { Button } from "../Button.tsx";
import { counted, duration } from "../format.ts";
import { download } from "../export/saveFile.ts";
import { useIsLocked, usePage } from "../page.tsx";
import { Select } from "../Select.tsx";

interface ExperimentActionsProps {
  readonly experiment: Experiment;
  /** The results measured in this browser. */
  readonly cells: readonly ResultCell[];
  /** The committed result, if there is one. */
  readonly result: ExperimentResult | null;
}

/** Runs all variants, and saves or deletes the user's results. */
export function ExperimentActions({ experiment, cells, result }: ExperimentActionsProps) {
  const { lab } = usePage();
  const isLocked = useIsLocked();
  const catalogue = useStore(lab.catalogue);
  const [seedsEach, setSeedsEach] = useState(1);
  const variants = experiment.variants.filter(
    (variant) => missingFor(experiment, variant, catalogue) === null,
  );
  const jobs = jobsLeft(experiment, variants, seedsEach, cells);
  const most = mostSeeds(experiment);
  return (
    <>
      <div className="cluster">
        <Button
          icon="play"
          disabled={isLocked || jobs.length === 0}
          onClick={() => lab.experiments.runner.start(experiment, jobs)}
        >
          {jobs.length === 0 ? "All measured" : `Run all: ${counted(jobs.length, "run")}`}
        </Button>
        {most > 1 && (
          <Select
            className="experiment__seeds"
            aria-label="Seeds of each variant"
            value={seedsEach}
            options={Object.entries({ 1: "one seed each", [most]: "all seeds, as committed" })}
            choose={(seeds) => setSeedsEach(Number(seeds))}
          />
        )}
        {cells.length > 0 && <OwnResultsActions {...{ experiment, cells, isLocked }} />}
      </div>
      <p className="soft small prose">
        {isLocked && <strong>A run is in progress. Wait for it to end, or stop it. </strong>}
        Runs follow one another and skip what is already measured here. After a failed run the next one
        starts; two failures in a row end the queue. Results are stored in this browser.
        {result !== null && result.cells.length > 0 && ` ${costText(result)}`}
      </p>
    </>
  );
}

function costText({ cells, environment }: ExperimentResult): string {
  const seconds = mean(cells.map((cell) => cell.seconds));
  return `The committed runs took ${duration(seconds)} each (${environment.backend}, ${environment.hardware}).`;
}

type OwnResultsActionsProps = Omit<ExperimentActionsProps, "result"> & { readonly isLocked: boolean };

function OwnResultsActions({ experiment, cells, isLocked }: OwnResultsActionsProps) {
  const { own } = usePage().lab.experiments;
  const save = (): void => {
    const text = `${JSON.stringify({ definition: experiment, cells }, null, 1)}\n`;
    download(`${experiment.name}-yours.json`, text, "application/json");
  };
  return (
    <>
      <Button icon="download" onClick={save}>
        Save yours
      </Button>
      <Button icon="reset" disabled={isLocked} onClick={() => own.forget(experiment.name)}>
        Delete yours
      </Button>
    </>
  );
}
