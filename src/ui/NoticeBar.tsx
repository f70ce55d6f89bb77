import { useStore } from "zustand";
import { sentence } from "./format.ts";
import { Icon } from "./Icon.tsx";
import { usePage, useRun } from "./page.tsx";

/** The error of a failed run and the latest notice. */
export function NoticeBar() {
  const { lab } = usePage();
  const notice = useStore(lab.notice);
  const failure = useRun((state) => (state.status === "failed" ? state.message : null));
  return (
    <>
      {failure !== null && (
        <p className="notice notice--error" role="alert" data-testid="failure">
          <strong>The run failed.</strong> {sentence(failure)}
        </p>
      )}
      {notice !== null && (
        <div className={`notice notice--${notice.tone}`} role="status" data-testid="notice">
          <p>{notice.text}</p>
          <button
            type="button"
            className="button button--plain button--small"
            onClick={() => lab.notice.clear()}
          >
            <Icon name="close" />
            <span className="unseen">Dismiss</span>
          </button>
        </div>
      )}
    </>
  );
}
