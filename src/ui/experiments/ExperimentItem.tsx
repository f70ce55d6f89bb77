import { lazy, Suspense, useId } from "react";
import { useStore } from "zustand";
import type { ListedExperiment } from "../../store/experiments/experimentList.ts";
import { isBusy } from "../../store/experiments/experimentRunner.ts";
import { cellsOf } from "../../store/experiments/ownResults.ts";
import { capitalized, counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { usePage, useView } from "../page.tsx";
import { experimentId } from "../sections.ts";

/** Figures and tables are loaded when the first experiment is opened. */
const ExperimentDetails = lazy(async () => ({
  default: (await import("./ExperimentDetails.tsx")).ExperimentDetails,
}));

/** An experiment of the list: its question and, while open, its details. */
export function ExperimentItem({ listed }: { readonly listed: ListedExperiment }) {
  const { view } = usePage();
  const id = useId();
  const { name, title, question, paper } = listed.experiment;
  const isOpen = useView((state) => state.openExperiment === name);
  return (
    <li className="experiment" data-testid={`experiment-${name}`}>
      <h3 className="experiment__head">
        <button
          id={experimentId(name)}
          type="button"
          className="experiment__toggle"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => view.setState({ openExperiment: isOpen ? null : name })}
        >
          <Icon name="chevron" />
          <span>{title}</span>
        </button>
        <span className="small soft">{paper === null ? "Beyond the paper" : capitalized(paper)}</span>
      </h3>
      <p className="prose">{question}</p>
      <p className="small soft">
        <State listed={listed} />
      </p>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <Suspense fallback={<p className="soft">Loading…</p>}>
            <ExperimentDetails listed={listed} />
          </Suspense>
        )}
      </div>
    </li>
  );
}

function State({ listed: { experiment, hasResult } }: { readonly listed: ListedExperiment }) {
  const { own, runner } = usePage().lab.experiments;
  const measured = cellsOf(useStore(own), experiment.name).length;
  const queue = useStore(runner);
  const isRunning = queue?.experiment === experiment.name && isBusy(queue);
  const parts = [
    counted(experiment.variants.length, "variant"),
    hasResult ? "committed result" : "no committed result yet",
    ...(measured === 0 ? [] : [`${counted(measured, "run")} measured here`]),
    ...(isRunning ? ["running now"] : []),
  ];
  return <>{parts.join(" · ")}</>;
}
