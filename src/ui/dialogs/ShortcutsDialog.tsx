import { usePage, useView } from "../page.tsx";
import { SHORTCUTS } from "../shortcuts.ts";
import { Dialog } from "./Dialog.tsx";

/** The keyboard's sheet, with a switch for those whom single keys disturb. */
export function ShortcutsDialog() {
  const { view } = usePage();
  const hasShortcuts = useView((state) => state.hasShortcuts);
  return (
    <Dialog title="Keyboard">
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
          <dd>On a chart: move along the steps</dd>
        </div>
      </dl>
      <label className="keys__switch">
        <input
          type="checkbox"
          checked={hasShortcuts}
          onChange={(event) => view.setState({ hasShortcuts: event.target.checked })}
        />
        Single-key shortcuts
      </label>
    </Dialog>
  );
}
