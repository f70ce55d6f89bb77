/** The figure of a result. */
import { barsOf } from "./bars.ts";
import { curvesOf } from "./curves.ts";
import { matrixOf } from "./matrix.ts";
import type { ExperimentResult } from "./result.ts";

/** The figure as its experiment asks for it, an SVG. */
export function figureOf(result: ExperimentResult): string {
  const { plot } = result.definition;
  switch (plot.kind) {
    case "bars":
      return barsOf(result, plot.columns, plot.marks ?? []);
    case "matrix":
      return matrixOf(result, plot.columns, plot.axes);
    case "curves":
      return curvesOf(result, plot.series, plot.marks ?? []);
  }
}
