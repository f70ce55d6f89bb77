import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import type { ListedExperiment } from "../../store/experiments/experimentList.ts";
import { cellsOf } from "../../store/experiments/ownResults.ts";
import { usePage } from "../page.tsx";
import { CommittedNote } from "./CommittedNote.tsx";
import { compare, measuredRows } from "../../experiments/comparison.ts";
import { ExperimentActions } from "./ExperimentActions.tsx";
import { ExperimentFigure } from "./ExperimentFigure.tsx";
import { ExperimentTable } from "./ExperimentTable.tsx";
import { VariantList } from "./VariantList.tsx";

/** The details of an experiment: expectation, results and variants to run. */
export function ExperimentDetails({ listed }: { readonly listed: ListedExperiment }) {
  const { list, own } = usePage().lab.experiments;
  const { experiment } = listed;
  const committed = useStore(list, (state) => state.committed[experiment.name]) ?? { status: "loading" };
  const cells = cellsOf(useStore(own), experiment.name);
  const result = committed.status === "ready" ? committed.result : null;
  const comparison = useMemo(() => compare(experiment, result, cells), [experiment, result, cells]);
  useEffect(() => void list.loadResult(experiment.name), [list, experiment.name]);
  return (
    <div className="experiment__details">
      <p className="prose">
        <strong>Expected, before it was run:</strong> {experiment.expects}
      </p>
      <CommittedNote committed={committed} name={experiment.name} />
      {measuredRows(comparison).length > 0 && (
        <div className="experiment__result">
          <ExperimentFigure {...{ experiment, comparison }} />
          <ExperimentTable {...{ experiment, comparison }} />
        </div>
      )}
      <h4 className="experiment__subtitle">Run it here</h4>
      <ExperimentActions {...{ experiment, cells, result }} />
      <VariantList {...{ experiment, cells }} />
    </div>
  );
}
