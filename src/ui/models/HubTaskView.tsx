import { useEffect, useRef } from "react";
import { fileSize } from "../../math/bytes.ts";
import type { DownloadPlan, HubTask } from "../../store/hub.ts";
import { Button } from "../Button.tsx";
import { Select } from "../Select.tsx";
import { counted } from "../format.ts";
import { usePage } from "../page.tsx";

interface HubTaskProps {
  readonly task: HubTask;
  readonly onFetch: () => void;
  readonly onSplit: (split: string) => void;
}

/** The current request to the Hub: lookup, confirmation, download or error. */
export function HubTaskView({ task, onFetch, onSplit }: HubTaskProps) {
  const { lab } = usePage();
  const view = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (task.status !== "idle") view.current?.scrollIntoView({ block: "nearest" }); // the list above it may be long
  }, [task.status]);
  const stop = (
    <Button icon="stop" onClick={() => lab.hub.halt()}>
      Stop
    </Button>
  );
  return (
    <div ref={view} className="hub__task stack stack--wide" aria-live="polite" data-testid="hub-task">
      {task.status === "looking" && (
        <p>
          Looking up {task.id}… {stop}
        </p>
      )}
      {task.status === "planned" && <Confirmation plan={task.plan} onFetch={onFetch} onSplit={onSplit} />}
      {task.status === "fetching" && (
        <>
          <Fetching plan={task.plan} progress={task.progress} />
          {stop}
        </>
      )}
      {task.status === "failed" && <p className="problem">{task.message}</p>}
    </div>
  );
}

interface ConfirmationProps extends Omit<HubTaskProps, "task"> {
  readonly plan: DownloadPlan;
}

function Confirmation({ plan, onFetch, onSplit }: ConfirmationProps) {
  const { id, commit, source, files, bytes, keptBytes, freeBytes, splits, notes } = plan;
  const missing = bytes - keptBytes;
  const fits = freeBytes === null || missing <= freeBytes;
  return (
    <>
      <p>
        <strong>{id.repository}</strong> at commit {commit.slice(0, 12)}: {counted(files.length, "file")},{" "}
        {fileSize(bytes)} from {new URL(source).host}.{" "}
        {keptBytes > 0 && missing > 0 && `${fileSize(keptBytes)} already downloaded. `}
        {freeBytes !== null && `${fileSize(freeBytes)} available in this browser.`}
      </p>
      {notes.map((note) => (
        <p key={note} className="small soft">
          {note}
        </p>
      ))}
      {splits.length > 1 && (
        <label className="cluster">
          Split
          <Select value={id.file ?? ""} options={splits.map((split) => [split, split])} choose={onSplit} />
        </label>
      )}
      {!fits && (
        <p className="problem">
          Not enough space for {fileSize(missing)}. Delete stored models and data sets or choose a smaller
          one.
        </p>
      )}
      <Button icon="download" disabled={!fits} onClick={onFetch}>
        {missing === 0 ? "Use what is stored" : `Download ${fileSize(missing)}`}
      </Button>
    </>
  );
}

function Fetching({ plan, progress }: Omit<Extract<HubTask, { status: "fetching" }>, "status">) {
  const done = progress?.done ?? plan.keptBytes;
  return (
    <>
      <p>
        {fileSize(done)} of {fileSize(plan.bytes)}
      </p>
      <progress aria-label="Total" value={done} max={plan.bytes} />
      {progress !== null && (
        <>
          <p className="small soft">
            {progress.path}: {fileSize(progress.fileDone)} of {fileSize(progress.fileBytes)}
          </p>
          <progress
            aria-label="Current file"
            value={progress.fileDone}
            max={Math.max(1, progress.fileBytes)}
          />
        </>
      )}
    </>
  );
}
