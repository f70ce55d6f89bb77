import { fileSize } from "../../math/bytes.ts";
import { configurationText } from "../../store/setup/configurationFile.ts";
import { metricsCsv, metricsJson, reportOf } from "../../store/run/report.ts";
import { Button } from "../Button.tsx";
import { usePage, useRun } from "../page.tsx";
import { Section } from "../Section.tsx";
import { download } from "./saveFile.ts";
import { WeightsForms } from "./WeightsForms.tsx";
import "./export.css";

/** Downloads of the model, the metrics and the configuration. */
export function ExportPanel() {
  return (
    <Section id="export-title" title="Export" head={<Writing />} className="panel export">
      <WeightsForms />
      <RunFiles />
      <p className="soft small">
        The model can be exported while the run is paused or has ended. F32 is lossless; F16 and BF16 take
        half the space, Q8_0 about a quarter. Open an exported model here to train it further, or a
        configuration to repeat its run.
      </p>
    </Section>
  );
}

const NOT_STARTED = { done: 0, total: 0 };

/** Progress of an export, and a button to cancel it. */
function Writing() {
  const { lab } = usePage();
  const progress = useRun((state) =>
    "activity" in state && state.activity === "exporting" ? (state.progress ?? NOT_STARTED) : null,
  );
  if (progress === null) return null;
  const { done, total } = progress;
  return (
    <p className="export__writing small">
      <span className="soft">
        {total === 0 ? "Writing…" : `Writing ${fileSize(done)} of ${fileSize(total)}`}
      </span>
      <Button look="small" onClick={() => lab.run.request("cancel")}>
        Cancel
      </Button>
    </p>
  );
}

/** The metrics, the configuration and a link. */
function RunFiles() {
  const setup = useRun((run) => (run.status === "idle" ? null : run.record.setup));
  const hasReport = useRun((run) => reportOf(run) !== null);
  // Read on click: the throttled state may be half a second old.
  const { run } = usePage().lab;
  const writerOf = (write: typeof metricsJson) => () => {
    const report = reportOf(run.getState());
    return report === null ? null : write(report);
  };
  const stem = setup === null ? "" : `${setup.model.name}-${setup.study.name}`;
  const csv = { file: `${stem}-metrics.csv`, type: "text/csv", text: hasReport && writerOf(metricsCsv) };
  return (
    <div className="export__buttons cluster" role="group" aria-label="Run files">
      <TextButton label="Metrics CSV" {...csv} />
      <TextButton
        label="Metrics JSON"
        file={`${stem}-metrics.json`}
        text={hasReport && writerOf(metricsJson)}
      />
      <TextButton
        label="Configuration"
        file={`${stem}-configuration.json`}
        text={setup !== null && (() => configurationText(setup))}
      />
      <LinkButton />
    </div>
  );
}

interface TextButtonProps {
  readonly label: string;
  readonly file: string;
  readonly type?: string;
  /** Returns the text to save, or null if it is no longer available; false disables the button. */
  readonly text: (() => string | null) | false;
}

function TextButton({ label, file, type = "application/json", text }: TextButtonProps) {
  const save = (): void => {
    const written = text === false ? null : text();
    if (written !== null) download(file, written, type);
  };
  return (
    <Button icon="download" disabled={text === false} onClick={save}>
      {label}
    </Button>
  );
}

/** Copies the page address, which contains the setup. */
function LinkButton() {
  const { lab } = usePage();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href);
      lab.notice.info("Link copied.");
    } catch {
      lab.notice.error("The browser blocked copying. Copy the page address instead.");
    }
  };
  return (
    <Button icon="link" onClick={() => void copy()}>
      Copy setup link
    </Button>
  );
}
