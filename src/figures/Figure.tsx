/** The figure of an experiment as SVG, for the page and for files. */
import type { KeyboardEvent } from "react";
import type { Comparison } from "../experiments/comparison.ts";
import type { Plot } from "../experiments/experiment.ts";
import { barsOf } from "./bars.tsx";
import { curvesOf } from "./curves.tsx";
import {
  BAR_OPACITY,
  COLOURS,
  inColour,
  Label,
  Lines,
  textWidth,
  type Drawing,
  type LegendEntry,
} from "./drawing.tsx";
import { matrixOf } from "./matrix.tsx";

const LEGEND_LINE = 24;
const NONE: ReadonlySet<string> = new Set();

interface FigureProps {
  readonly title: string;
  readonly plot: Plot;
  /** At least one variant must have been measured. */
  readonly comparison: Comparison;
  /** In pixels. */
  readonly width: number;
  /** On the page: shows tooltips, and lines can be hidden by a press on their legend entries. */
  readonly interaction?: Interaction;
}

interface Interaction {
  /** Labels of the hidden lines. */
  readonly hidden: ReadonlySet<string>;
  readonly toggle: (label: string) => void;
}

/** Draws the figure; in a file it includes the colours for light and dark pages. */
export function Figure({ title, plot, comparison, width, interaction }: FigureProps) {
  const drawing = drawingOf(plot, comparison, width, interaction?.hidden ?? NONE);
  const places = legendPlaces(drawing.legend, width);
  const top = places.reduce((lowest, { y }) => Math.max(lowest, y + LEGEND_LINE + 4), 0);
  const size = { width: Math.ceil(drawing.width), height: Math.ceil(top + drawing.height) };
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      className="figure"
      viewBox={`0 0 ${size.width} ${size.height}`}
      {...size}
      role={interaction === undefined ? "img" : "group"}
      aria-label={title}
    >
      {interaction === undefined && <style>{FILE_STYLE}</style>}
      {places.map((place) => (
        <LegendItem key={place.entry.label} {...place} {...togglesOf(plot, drawing, interaction)} />
      ))}
      <g role="img" aria-label={drawing.description} transform={`translate(0 ${top})`}>
        {drawing.content}
        {interaction !== undefined &&
          drawing.tooltips.map(({ lines, ...place }, i) => (
            <rect key={i} className="figure__hit" {...place}>
              <title>{lines.join("\n")}</title>
            </rect>
          ))}
      </g>
    </svg>
  );
}

function drawingOf(plot: Plot, comparison: Comparison, width: number, hidden: ReadonlySet<string>): Drawing {
  switch (plot.kind) {
    case "bars":
      return barsOf(comparison, plot, width);
    case "curves":
      return curvesOf(comparison, plot, width, hidden);
    case "matrix":
      return matrixOf(comparison, plot, width);
  }
}

/** Lines can be hidden where there are several. */
function togglesOf({ kind }: Plot, { legend }: Drawing, interaction: Interaction | undefined) {
  return kind === "curves" && legend.length > 1 && interaction !== undefined ? { interaction } : {};
}

interface LegendPlace {
  readonly entry: LegendEntry;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Entries from left to right, in as many rows as they need. */
function legendPlaces(entries: readonly LegendEntry[], width: number): LegendPlace[] {
  let [x, y] = [0, 0];
  return entries.map((entry) => {
    const needed = 30 + textWidth(entry.label);
    if (x > 0 && x + needed > width) [x, y] = [0, y + LEGEND_LINE];
    const place = { entry, x, y, width: needed };
    x += needed + 14;
    return place;
  });
}

type LegendItemProps = LegendPlace & Pick<FigureProps, "interaction">;

function LegendItem({ entry: { label, kind, colour }, x, y, width, interaction }: LegendItemProps) {
  const isHidden = interaction?.hidden.has(label) === true;
  return (
    <g
      transform={`translate(${x} ${y})`}
      {...(interaction !== undefined && kind === "line" && buttonOf(label, isHidden, interaction))}
      {...(isHidden && { opacity: 0.6, textDecoration: "line-through" })}
    >
      <rect className="figure__target" width={width} height={LEGEND_LINE} fill="none" />
      {kind === "mark" ? (
        <Lines kind="mark" at={[[0, LEGEND_LINE / 2, 20, LEGEND_LINE / 2]]} />
      ) : (
        <rect
          {...inColour(colour)}
          y={(LEGEND_LINE - (kind === "bar" ? 11 : 2)) / 2}
          width={20}
          height={kind === "bar" ? 11 : 2}
          fill="currentColor"
          fillOpacity={kind === "bar" ? BAR_OPACITY : 1}
        />
      )}
      <Label x={26} y={LEGEND_LINE / 2 + 4}>
        {label}
      </Label>
    </g>
  );
}

/** Attributes of a legend entry that shows and hides its line. */
function buttonOf(label: string, isHidden: boolean, { toggle }: Interaction) {
  return {
    className: "figure__toggle",
    role: "button",
    tabIndex: 0,
    "aria-label": label,
    "aria-pressed": !isHidden,
    onClick: () => toggle(label),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault(); // a space scrolls the page
      toggle(label);
    },
  };
}

const rulesOf = (theme: 0 | 1): string =>
  Object.entries(COLOURS)
    .map(([name, colours]) => `.${name}{color:${colours[theme]}}`)
    .join("");

/** Plain rules, because some viewers do not support custom properties. */
const FILE_STYLE = `.figure{font:12px system-ui,sans-serif}${rulesOf(0)}@media(prefers-color-scheme:dark){${rulesOf(1)}}`;
