import { useState } from "react";
import type { Experiment, Series } from "../../experiments/experiment.ts";
import type { Estimate } from "../../experiments/result.ts";
import { columnIndex, measuredRows, type Comparison } from "./comparison.ts";
import { CurvesPanel, type CurveMark } from "./CurvesPanel.tsx";
import { panelsOf } from "./curveRows.ts";
import { InkKey } from "./InkKey.tsx";

interface CurvesFigureProps {
  readonly experiment: Experiment;
  readonly comparison: Comparison;
  readonly series: readonly Series[];
  /** Columns of the table that are drawn as a level, of the first variant. */
  readonly marks: readonly string[];
}

/** Panels side by side under one legend, in which lines can be switched off. */
export function CurvesFigure({ experiment, comparison, series, marks }: CurvesFigureProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const panels = panelsOf(experiment, comparison, series);
  const levels = marksOf(comparison, marks);
  const lines = panels.flatMap((panel) => panel.lines);
  const labels = [...new Map(lines.map(({ label, colour }) => [label, colour]))];
  const toggle = (label: string): void =>
    setHidden((before) =>
      before.has(label) ? new Set([...before].filter((one) => one !== label)) : new Set([...before, label]),
    );
  return (
    <>
      <InkKey
        entries={[
          ...labels.map(([label, ink]) => ({ label, ink, kind: "line" as const })),
          ...levels.map(({ label }) => ({ label, ink: "var(--level)", kind: "mark" as const })),
        ]}
        {...(labels.length > 1 && { hidden, toggle })}
      />
      <div className="experiment__panels">
        {panels.map((panel) => (
          <CurvesPanel
            key={panel.title}
            panel={{ ...panel, lines: panel.lines.filter(({ label }) => !hidden.has(label)) }}
            marks={levels}
          />
        ))}
      </div>
    </>
  );
}

/** Of the first variant: as committed, else yours. */
function marksOf(comparison: Comparison, marks: readonly string[]): readonly CurveMark[] {
  const [first] = measuredRows(comparison);
  return marks.flatMap((label) => {
    const at = (estimates: readonly (Estimate | null)[] | undefined) =>
      estimates?.[columnIndex(comparison.columns, label)] ?? null;
    const estimate = at(first?.committed?.values) ?? at(first?.own?.values);
    return estimate === null ? [] : [{ label, value: estimate.mean }];
  });
}
