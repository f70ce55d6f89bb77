// Shared styles come first so that components can override them.
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import { useEffect } from "react";
import { HeadlineCharts, SecondaryCharts } from "./charts/Charts.tsx";
import { DropZone } from "./DropZone.tsx";
import { Experiments } from "./experiments/Experiments.tsx";
import { ExportPanel } from "./export/ExportPanel.tsx";
import { Intro } from "./intro/Intro.tsx";
import { NoticeBar } from "./NoticeBar.tsx";
import { HubDialog } from "./models/HubDialog.tsx";
import { MetricsDialog } from "./dialogs/MetricsDialog.tsx";
import { ShortcutsDialog } from "./dialogs/ShortcutsDialog.tsx";
import { usePacedRun, usePage, useView } from "./page.tsx";
import { Findings, Results } from "./results/Results.tsx";
import { RunBar } from "./runbar/RunBar.tsx";
import { Setup } from "./setup/Setup.tsx";
import { doShortcut, shortcutOf } from "./shortcuts.ts";
import { TryPanel } from "./tryOut/TryPanel.tsx";
import { VoteBoard } from "./votes/VoteBoard.tsx";

/** The page. */
export function App() {
  useShortcuts();
  useTitle();
  return (
    <>
      <RunBar />
      <div className="page">
        <div className="page__top stack stack--wide">
          <NoticeBar />
          <Intro />
        </div>
        <Setup />
        <main className="page__main">
          <TryPanel />
          <Findings />
          <HeadlineCharts />
          <Results />
          <ExportPanel />
          <VoteBoard />
          <SecondaryCharts />
          <Experiments />
        </main>
      </div>
      <DropZone />
      <OpenDialog />
    </>
  );
}

function OpenDialog() {
  const dialog = useView((view) => view.dialog);
  switch (dialog?.kind) {
    case "metrics":
      return <MetricsDialog metrics={dialog.metrics} />;
    case "shortcuts":
      return <ShortcutsDialog />;
    case "hub":
      return <HubDialog subject={dialog.subject} />;
    case undefined:
      return null;
    default:
      return dialog satisfies never;
  }
}

function useShortcuts(): void {
  const { lab, view } = usePage();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const key = view.getState().hasShortcuts ? shortcutOf(event) : null;
      if (key === null) return;
      event.preventDefault();
      doShortcut(key, lab, view);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [lab, view]);
}

/** Shows the progress of the run in the title of the browser tab. */
function useTitle(): void {
  const progress = usePacedRun((state) =>
    state.status === "idle" ? "" : `${state.record.steps.length}/${state.record.setup.config.steps} · `,
  );
  useEffect(() => {
    document.title = `${progress}TTRL Lab`;
  }, [progress]);
}
