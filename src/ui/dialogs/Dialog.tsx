import { useEffect, useId, useRef, type ReactNode } from "react";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";
import "./dialogs.css";

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A modal dialog, open as long as it is rendered: the browser keeps the focus in it, and Escape closes it. */
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
        if (!event.currentTarget.open) close(); // an effect that ran twice has opened it again by now
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close(); // the backdrop belongs to the dialog element
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
