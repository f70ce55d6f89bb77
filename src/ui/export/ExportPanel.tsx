import { configurationText } from "../../store/setup/configurationFile.ts";
import { metricsCsv, metricsJson, reportOf } from "../../store/run/report.ts";
import { Icon } from "../Icon.tsx";
import { usePage, useRun } from "../page.tsx";
import { download } from "./download.ts";
import { WeightsForms, Writing } from "./WeightsForms.tsx";
import "./export.css";

/** Downloads of the model, the metrics and the configuration. */
export function ExportPanel() {
  return (
    <section className="panel export" aria-labelledby="export-title">
      <div className="section-head export__head">
        <h2 id="export-title">Export</h2>
        <Writing />
      </div>
      <WeightsForms />
      <RunFiles />
      <p className="soft small">
        The model can be exported while the run is paused or has ended. F32 is lossless; F16 and BF16 take
        half the space, Q8_0 about a quarter. Open an exported model here to train it further, or a
        configuration to repeat its run.
      </p>
    </section>
  );
}

/** The metrics, the configuration and a link. */
function RunFiles() {
  const setup = useRun((run) => (run.status === "idle" ? null : run.record.setup));
  const hasReport = useRun((run) => reportOf(run) !== null);
  // Read on click: the throttled state may be half a second old.
  const { run } = usePage().lab;
  const writerOf = (write: typeof metricsJson) =>
    hasReport
      ? () => {
          const report = reportOf(run.getState());
          return report === null ? null : write(report);
        }
      : null;
  const stem = setup === null ? "" : `${setup.model.name}-${setup.study.name}`;
  const csv = { file: `${stem}-metrics.csv`, type: "text/csv", text: writerOf(metricsCsv) };
  const configuration = setup && (() => configurationText(setup));
  return (
    <div className="export__buttons" role="group" aria-label="Run files">
      <TextButton label="Metrics CSV" {...csv} />
      <TextButton label="Metrics JSON" file={`${stem}-metrics.json`} text={writerOf(metricsJson)} />
      <TextButton label="Configuration" file={`${stem}-configuration.json`} text={configuration} />
      <LinkButton />
    </div>
  );
}

interface TextButtonProps {
  readonly label: string;
  readonly file: string;
  readonly type?: string;
  /** Returns the text to save, or null if it is no longer available; null disables the button. */
  readonly text: (() => string | null) | null;
}

function TextButton({ label, file, type = "application/json", text }: TextButtonProps) {
  const save = (): void => {
    const written = text?.() ?? null;
    if (written !== null) download(file, written, type);
  };
  return (
    <button type="button" className="button" disabled={text === null} onClick={save}>
      <Icon name="download" />
      {label}
    </button>
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
    <button type="button" className="button" onClick={() => void copy()}>
      <Icon name="link" />
      Copy setup link
    </button>
  );
}
