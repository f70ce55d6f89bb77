import { useStore } from "zustand";
import type { Experiment } from "../../experiments/experiment.ts";
import { currentJob, tally, type Queue } from "../../store/experiments/experimentQueue.ts";
import { isBusy } from "../../store/experiments/experimentRunner.ts";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";
import { experimentId, showSection } from "../sections.ts";
import { overText, underWayText } from "./queueText.ts";

/** Progress of the running experiment, or the outcome of the last one. */
export function QueueRow() {
  const { list, runner } = usePage().lab.experiments;
  const queue = useStore(runner);
  const experiment = useStore(list, ({ experiments }) =>
    experiments.find((listed) => listed.experiment.name === queue?.experiment),
  )?.experiment;
  if (queue === null || experiment === undefined) return null;
  return (
    <div className="runbar__queue" data-testid="queue" data-busy={isBusy(queue)}>
      <p role="status">
        <strong>{experiment.title}:</strong> {textOf(experiment, queue)}
      </p>
      <div className="runbar__queue-buttons">
        <ShowButton experiment={experiment} />
        {isBusy(queue) ? <BusyButtons queue={queue} /> : <DismissButton />}
      </div>
    </div>
  );
}

function textOf(experiment: Experiment, queue: Queue): string {
  const job = currentJob(queue);
  return job === null ? overText(queue) : underWayText(experiment, queue, job);
}

function ShowButton({ experiment }: { readonly experiment: Experiment }) {
  const { view } = usePage();
  const show = (): void => {
    view.setState({ openExperiment: experiment.name });
    showSection(experimentId(experiment.name));
  };
  return (
    <button type="button" className="button button--small" onClick={show}>
      Show experiment
    </button>
  );
}

function BusyButtons({ queue }: { readonly queue: Queue }) {
  const { runner } = usePage().lab.experiments;
  const isLast = tally(queue).waiting === 0;
  return (
    <>
      {!isLast && (
        <button type="button" className="button button--small" onClick={() => runner.skip()}>
          <Icon name="step" />
          Skip this run
        </button>
      )}
      {queue.jobs.length > 1 && (
        <button type="button" className="button button--small" onClick={() => runner.stop()}>
          <Icon name="stop" />
          Stop all
        </button>
      )}
    </>
  );
}

function DismissButton() {
  const { runner } = usePage().lab.experiments;
  return (
    <button type="button" className="button button--plain button--small" onClick={() => runner.dismiss()}>
      <Icon name="close" />
      <span className="unseen">Dismiss</span>
    </button>
  );
}
