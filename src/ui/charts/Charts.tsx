import { Button } from "../Button.tsx";
import { useHasAnswers, usePacedRecord, usePage, useView } from "../page.tsx";
import { counted } from "../format.ts";
import { Section } from "../Section.tsx";
import { HEADLINE_ID } from "../sections.ts";
import { isShown } from "./data/chartRows.ts";
import { chartsFor, type ChartSpec } from "./data/chartSpecs.ts";
import { MetricChart } from "./MetricChart.tsx";
import "./charts.css";

/** The four most important charts. */
export function HeadlineCharts() {
  const record = usePacedRecord();
  const smoothing = useView((view) => view.smoothing);
  const hasAnswers = useHasAnswers();
  const note = !hasAnswers && (
    <p className="soft charts-note">
      This data set has no answers, so pass@1, Maj@N, label accuracy and reward accuracy are not shown.
      Training does not need answers.
    </p>
  );
  return (
    <Section
      id={HEADLINE_ID}
      title={hasAnswers ? "Learning curves" : "Votes"}
      head={
        <>
          {note}
          <ChartSettings />
        </>
      }
    >
      <div className="charts charts--headline">
        {chartsFor(hasAnswers).headline.map((spec) => (
          <MetricChart key={spec.id} isHeadline {...{ spec, record, smoothing }} />
        ))}
      </div>
    </Section>
  );
}

/** All other charts. */
export function SecondaryCharts() {
  const record = usePacedRecord();
  const smoothing = useView((view) => view.smoothing);
  const { secondary } = chartsFor(useHasAnswers());
  const shown = secondary.filter((spec) => isShown(spec, record));
  const hidden = secondary.filter((spec) => !shown.includes(spec));
  return (
    <Section id="secondary-title" title="Training metrics">
      <div className="charts">
        {shown.map((spec) => (
          <MetricChart key={spec.id} {...{ spec, record, smoothing }} />
        ))}
      </div>
      {hidden.length > 0 && <HiddenCharts specs={hidden} />}
    </Section>
  );
}

/** Names the charts without data and the settings they require. */
function HiddenCharts({ specs }: { readonly specs: readonly ChartSpec[] }) {
  return (
    <details className="charts-left small">
      <summary>{counted(specs.length, "more chart")} with other settings</summary>
      <ul>
        {specs.map(({ id, title, absence }) => (
          <li key={id}>
            <strong>{title}</strong>. {absence}
          </li>
        ))}
      </ul>
    </details>
  );
}

function ChartSettings() {
  const { view } = usePage();
  const smoothing = useView((state) => state.smoothing);
  return (
    <div className="chart-settings cluster small">
      <label htmlFor="smoothing">Smoothing</label>
      <input
        id="smoothing"
        type="range"
        min={0}
        max={0.95}
        step={0.05}
        value={smoothing}
        onChange={(event) => view.setState({ smoothing: Number(event.target.value) })}
      />
      <output htmlFor="smoothing">{smoothing === 0 ? "off" : smoothing.toFixed(2)}</output>
      <Button look="small" onClick={() => view.setState({ dialog: { kind: "metrics", metrics: "all" } })}>
        All metrics
      </Button>
    </div>
  );
}
