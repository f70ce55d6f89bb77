import { useStore } from "zustand";
import { Button } from "./Button.tsx";
import { sentence } from "./format.ts";
import { usePage, useRun } from "./page.tsx";

/** The error of a failed run and the latest notice. */
export function NoticeBar() {
  const { lab } = usePage();
  const notice = useStore(lab.notice);
  const failure = useRun((state) => (state.status === "failed" ? state.message : null));
  return (
    <>
      {failure !== null && (
        <p className="notice tone-error" role="alert" data-testid="failure">
          <strong>The run failed.</strong> {sentence(failure)}
        </p>
      )}
      {notice !== null && (
        <div className={`notice split tone-${notice.tone}`} role="status" data-testid="notice">
          <p>{notice.text}</p>
          <Button look="plain small" icon="close" hiddenName="Dismiss" onClick={() => lab.notice.clear()} />
        </div>
      )}
    </>
  );
}
