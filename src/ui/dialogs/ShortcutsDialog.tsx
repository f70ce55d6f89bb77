import { usePage, useView } from "../page.tsx";
import { SHORTCUTS } from "../shortcuts.ts";
import { Dialog } from "./Dialog.tsx";

/** The keyboard shortcuts, with a switch to disable them. */
export function ShortcutsDialog() {
  const { view } = usePage();
  const hasShortcuts = useView((state) => state.hasShortcuts);
  return (
    <Dialog title="Keyboard shortcuts">
      <dl className="keys">
        {SHORTCUTS.map(({ key, name, does }) => (
          <div key={key}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>←</kbd> <kbd>→</kbd>
          </dt>
          <dd>On a chart: move to the previous or next step</dd>
        </div>
      </dl>
      <label className="keys__switch cluster">
        <input
          type="checkbox"
          checked={hasShortcuts}
          onChange={(event) => view.setState({ hasShortcuts: event.target.checked })}
        />
        Enable single-key shortcuts
      </label>
    </Dialog>
  );
}
