import { useView } from "./page.tsx";
import { HubDialog } from "./models/HubDialog.tsx";
import { MetricsDialog } from "./dialogs/MetricsDialog.tsx";
import { ShortcutsDialog } from "./dialogs/ShortcutsDialog.tsx";

/** The open dialog, if any. */
export function OpenDialog() {
  const dialog = useView((view) => view.dialog);
  if (dialog === null) return null;
  switch (dialog.kind) {
    case "metrics":
      return <MetricsDialog metrics={dialog.metrics} />;
    case "shortcuts":
      return <ShortcutsDialog />;
    case "hub":
      return <HubDialog />;
    default:
      return dialog satisfies never;
  }
}
