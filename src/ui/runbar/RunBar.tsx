import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";
import { EXPERIMENTS_ID, showSection } from "../sections.ts";
import { ThemeButton } from "../ThemeButton.tsx";
import { Announcer } from "./Announcer.tsx";
import { QueueRow } from "./QueueRow.tsx";
import { RunButtons } from "./RunButtons.tsx";
import { RunFindings } from "./RunFindings.tsx";
import { RunFacts } from "./RunFacts.tsx";
import { RunProgress } from "./RunProgress.tsx";
import "./runbar.css";

/** The bar at the top of the page: controls, progress and details of the run. */
export function RunBar() {
  const { view } = usePage();
  return (
    <header className="runbar">
      <div className="runbar__row">
        <h1 className="runbar__brand">TTRL Lab</h1>
        <RunButtons />
        <RunProgress />
        <div className="runbar__tools">
          <Button
            look="plain"
            icon="flask"
            aria-label="Experiments"
            title="Go to the experiments"
            onClick={() => showSection(EXPERIMENTS_ID)}
          >
            <span className="runbar__tool-text">Experiments</span>
          </Button>
          <Button
            look="plain"
            icon="keyboard"
            hiddenName="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
            onClick={() => view.setState({ dialog: { kind: "shortcuts" } })}
          />
          <ThemeButton />
        </div>
      </div>
      <QueueRow />
      <RunFindings />
      <RunFacts />
      <Announcer />
    </header>
  );
}
