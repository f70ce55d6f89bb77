import type { Experiment } from "../../experiments/experiment.ts";
import { BarsFigure } from "./BarsFigure.tsx";
import { hasSource, type Comparison } from "./comparison.ts";
import { CurvesFigure } from "./CurvesFigure.tsx";
import { MatrixFigure } from "./MatrixFigure.tsx";

export interface FigureProps {
  readonly experiment: Experiment;
  readonly comparison: Comparison;
}

/** The experiment's figure, with the committed numbers and yours. */
export function ExperimentFigure({ experiment, comparison }: FigureProps) {
  return (
    <figure className="experiment__figure" aria-label={`${experiment.title}, figure`}>
      <Drawing {...{ experiment, comparison }} />
      <figcaption className="soft small">{captionOf(experiment, comparison)}</figcaption>
    </figure>
  );
}

function Drawing({ experiment, comparison }: FigureProps) {
  const { plot } = experiment;
  switch (plot.kind) {
    case "bars":
      return <BarsFigure comparison={comparison} columns={plot.columns} marks={plot.marks ?? []} />;
    case "curves":
      return <CurvesFigure {...{ experiment, comparison }} series={plot.series} marks={plot.marks ?? []} />;
    case "matrix":
      return <MatrixFigure comparison={comparison} columns={plot.columns} />;
    default:
      return plot satisfies never;
  }
}

/** How to tell the two sources apart, and what is drawn around the means. */
function captionOf({ plot: { kind } }: Experiment, comparison: Comparison): string {
  const [hasCommitted, hasOwn] = [hasSource(comparison, "committed"), hasSource(comparison, "own")];
  const ways = { bars: ["Filled", "outlined"], curves: ["Lines", "dashed"], matrix: ["Above", "below"] }[
    kind
  ];
  const around = { bars: "Whiskers are", curves: "Bands are", matrix: "In brackets are" }[kind];
  const over = kind === "curves" ? "over seeds; a single seed has none" : "over questions and seeds";
  const sources = hasCommitted && hasOwn ? `${ways.join(" is the committed result, ")} is yours. ` : "";
  const alone = !hasCommitted && hasOwn ? "Only yours, there is no committed result to set beside it. " : "";
  return `${sources}${alone}${around} 95% intervals ${over}.`;
}
