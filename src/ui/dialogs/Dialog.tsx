import { useEffect, useId, useRef, type ReactNode } from "react";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";
import "./dialogs.css";

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A modal dialog, open while it is rendered. */
export function Dialog({ title, children }: DialogProps) {
  const { view } = usePage();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => view.setState({ dialog: null });
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onClose={(event) => {
        if (!event.currentTarget.open) close(); // in strict mode the effect has reopened it
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close(); // a click on the backdrop
      }}
    >
      <div className="dialog__sheet">
        <div className="dialog__head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="button button--plain" onClick={close} title="Close (Esc)">
            <Icon name="close" />
            <span className="unseen">Close</span>
          </button>
        </div>
        <div className="dialog__body" tabIndex={0} role="region" aria-labelledby={id}>
          {children}
        </div>
      </div>
    </dialog>
  );
}
