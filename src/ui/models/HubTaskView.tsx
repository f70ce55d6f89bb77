import { fileSize } from "../../math/bytes.ts";
import type { DownloadPlan, DownloadProgress, HubTask } from "../../store/hub.ts";
import { counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";

interface HubTaskViewProps {
  readonly task: HubTask;
  readonly onFetch: () => void;
}

/** What is under way with the Hub: the question, the offer, the download, or what went wrong. */
export function HubTaskView({ task, onFetch }: HubTaskViewProps) {
  const { lab } = usePage();
  const stop = (
    <button type="button" className="button" onClick={() => lab.hub.halt()}>
      <Icon name="stop" />
      Stop
    </button>
  );
  return (
    <div className="hub__task" aria-live="polite" data-testid="hub-task">
      {task.status === "looking" && (
        <p>
          Looking up {task.id}. {stop}
        </p>
      )}
      {task.status === "planned" && <Offer plan={task.plan} onFetch={onFetch} />}
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

function Offer({ plan, onFetch }: { readonly plan: DownloadPlan; readonly onFetch: () => void }) {
  const { id, commit, source, files, bytes, keptBytes, freeBytes } = plan;
  const missing = bytes - keptBytes;
  const fits = freeBytes === null || missing <= freeBytes;
  return (
    <>
      <p>
        <strong>{id.repository}</strong> at commit {commit.slice(0, 12)}: {counted(files.length, "file")},{" "}
        {fileSize(bytes)} from {new URL(source).host}.{" "}
        {keptBytes > 0 && missing > 0 && `${fileSize(keptBytes)} are here from an earlier try. `}
        {freeBytes !== null && `${fileSize(freeBytes)} are free in this browser.`}
      </p>
      {!fits && (
        <p className="problem">
          It needs {fileSize(missing)} more: delete stored models or choose a smaller one.
        </p>
      )}
      <button type="button" className="button" disabled={!fits} onClick={onFetch}>
        <Icon name="download" />
        {missing === 0 ? "Use it" : `Download ${fileSize(missing)}`}
      </button>
    </>
  );
}

interface FetchingProps {
  readonly plan: DownloadPlan;
  readonly progress: DownloadProgress | null;
}

function Fetching({ plan, progress }: FetchingProps) {
  const done = progress?.done ?? plan.keptBytes;
  return (
    <>
      <p>
        {fileSize(done)} of {fileSize(plan.bytes)}
      </p>
      <progress aria-label="All files" value={done} max={plan.bytes} />
      {progress !== null && (
        <>
          <p className="small soft">
            {progress.path}: {fileSize(progress.fileDone)} of {fileSize(progress.fileBytes)}
          </p>
          <progress aria-label="This file" value={progress.fileDone} max={Math.max(1, progress.fileBytes)} />
        </>
      )}
    </>
  );
}
