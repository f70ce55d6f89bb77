/** Figures as files. */
import { renderToStaticMarkup } from "react-dom/server";
import { compare } from "../experiments/comparison.ts";
import type { ExperimentResult } from "../experiments/result.ts";
import { Figure } from "./Figure.tsx";

const WIDTH = 800;

/** Returns the figure of a result as the text of an SVG file. */
export function figureFile(result: ExperimentResult): string {
  const { definition } = result;
  const comparison = compare(definition, result, []);
  const figure = <Figure title={definition.title} plot={definition.plot} {...{ comparison, width: WIDTH }} />;
  return `${renderToStaticMarkup(figure)}\n`;
}
