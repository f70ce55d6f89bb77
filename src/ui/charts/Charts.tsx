import { useHasAnswers, usePacedRecord, usePage, useView } from "../page.tsx";
import { HEADLINE_ID } from "../sections.ts";
import { isShown } from "./data/chartRows.ts";
import { chartsFor, type ChartSpec } from "./data/chartSpecs.ts";
import { MetricChart } from "./MetricChart.tsx";
import "./charts.css";

/** The four curves that tell whether a run works. */
export function HeadlineCharts() {
  const record = usePacedRecord();
  const smoothing = useView((view) => view.smoothing);
  const hasAnswers = useHasAnswers();
  return (
    <section aria-labelledby={HEADLINE_ID}>
      <div className="section-head">
        <h2 id={HEADLINE_ID} tabIndex={-1}>
          {hasAnswers ? "Is it learning?" : "What the votes do"}
        </h2>
        {!hasAnswers && (
          <p className="soft charts-note">
            This data set has no answers, so pass@1, Maj@N, label accuracy and reward accuracy cannot be known
            and are left out. Training needs none.
          </p>
        )}
        <ChartSettings />
      </div>
      <div className="charts charts--headline">
        {chartsFor(hasAnswers).headline.map((spec) => (
          <MetricChart key={spec.id} isHeadline {...{ spec, record, smoothing }} />
        ))}
      </div>
    </section>
  );
}

/** Everything else that is measured. */
export function SecondaryCharts() {
  const record = usePacedRecord();
  const smoothing = useView((view) => view.smoothing);
  const { secondary } = chartsFor(useHasAnswers());
  const left = secondary.filter((spec) => !isShown(spec, record));
  return (
    <section aria-labelledby="secondary-title">
      <div className="section-head">
        <h2 id="secondary-title">What goes on inside</h2>
      </div>
      <div className="charts">
        {secondary
          .filter((spec) => !left.includes(spec))
          .map((spec) => (
            <MetricChart key={spec.id} {...{ spec, record, smoothing }} />
          ))}
      </div>
      {left.length > 0 && <LeftOut specs={left} />}
    </section>
  );
}

/** Charts that this run's settings measure nothing for, and what would. */
function LeftOut({ specs }: { readonly specs: readonly ChartSpec[] }) {
  return (
    <details className="charts-left small">
      <summary>
        {specs.length === 1 ? "1 more chart is" : `${specs.length} more charts are`} drawn with other settings
      </summary>
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
    <div className="chart-settings small">
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
      <button
        type="button"
        className="button button--small"
        onClick={() => view.setState({ dialog: { kind: "metrics", metrics: "all" } })}
      >
        All definitions
      </button>
    </div>
  );
}
