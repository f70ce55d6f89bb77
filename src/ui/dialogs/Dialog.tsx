import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";
import "./dialogs.css";

/** A modal dialog, open while it is rendered. */
export function Dialog({ title, children }: { readonly title: string; readonly children: ReactNode }) {
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
        <div className="dialog__head split">
          <h2 id={id}>{title}</h2>
          <Button look="plain" icon="close" hiddenName="Close" title="Close (Esc)" onClick={close} />
        </div>
        <div className="dialog__body" tabIndex={0} role="region" aria-labelledby={id}>
          {children}
        </div>
      </div>
    </dialog>
  );
}
