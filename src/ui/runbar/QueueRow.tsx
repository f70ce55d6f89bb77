import { useStore } from "zustand";
import { currentJob, tally, type Queue } from "../../store/experiments/experimentQueue.ts";
import { isBusy } from "../../store/experiments/experimentRunner.ts";
import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";
import { experimentId, showSection } from "../sections.ts";
import { finishedText, runningText } from "./queueText.ts";

/** Progress of the running experiment, or the outcome of the last one. */
export function QueueRow() {
  const { lab, view } = usePage();
  const { list, runner } = lab.experiments;
  const queue = useStore(runner);
  const experiment = useStore(list, ({ experiments }) =>
    experiments.find((listed) => listed.experiment.name === queue?.experiment),
  )?.experiment;
  if (queue === null || experiment === undefined) return null;
  const job = currentJob(queue);
  const show = (): void => {
    view.setState({ openExperiment: experiment.name });
    showSection(experimentId(experiment.name));
  };
  return (
    <div className="runbar__queue tone-info" data-testid="queue" data-busy={isBusy(queue)}>
      <p role="status">
        <strong>{experiment.title}:</strong>{" "}
        {job === null ? finishedText(queue) : runningText(experiment, queue, job)}
      </p>
      <div className="cluster">
        <Button look="small" onClick={show}>
          Show experiment
        </Button>
        {isBusy(queue) ? (
          <BusyButtons queue={queue} />
        ) : (
          <Button look="plain small" icon="close" hiddenName="Dismiss" onClick={() => runner.dismiss()} />
        )}
      </div>
    </div>
  );
}

function BusyButtons({ queue }: { readonly queue: Queue }) {
  const { runner } = usePage().lab.experiments;
  return (
    <>
      {tally(queue).waiting > 0 && (
        <Button look="small" icon="step" onClick={() => runner.skip()}>
          Skip this run
        </Button>
      )}
      {queue.jobs.length > 1 && (
        <Button look="small" icon="stop" onClick={() => runner.stop()}>
          Stop all
        </Button>
      )}
    </>
  );
}
