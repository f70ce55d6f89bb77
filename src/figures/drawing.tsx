/** Shared parts of figures: drawing, legend, colours, text and lines. */
import type { ReactNode } from "react";

/** A figure without its legend. */
export interface Drawing {
  readonly legend: readonly LegendEntry[];
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Text alternative. */
  readonly description: string;
  readonly content: ReactNode;
  readonly tooltips: readonly Tooltip[];
}

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly kind: "bar" | "line" | "mark";
}

/** Text shown over a rectangle of the drawing. */
export interface Tooltip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/** Colours on light and on dark pages; the tokens of the same names in src/ui/styles/tokens.css. */
export const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ink: ["#1b1f23", "#e7e9eb"],
  "ink-soft": ["#545b64", "#a7afb9"],
  line: ["#dbdbd4", "#2f353c"],
  "series-1": ["#0b6b8a", "#5fc0de"],
  "series-2": ["#b4500a", "#f2a35c"],
  "series-3": ["#2a7d3f", "#74cf8e"],
  "series-4": ["#7a4bb8", "#c0a0f0"],
  "series-5": ["#b3263e", "#ff8f9c"],
  "series-6": ["#7d6a00", "#d8c14a"],
  "series-7": ["#a83285", "#ef93d0"],
  "series-8": ["#4c5560", "#b4bec9"],
};

/** Opacity of committed bars, so that whiskers stand out. */
export const BAR_OPACITY = 0.7;

/** Returns the name of the colour of a series; colours repeat after eight. */
export function seriesColour(index: number): string {
  return `series-${(index % 8) + 1}`;
}

/** Attributes that set `currentColor`: from the page's token, or in a file from the rule of its style sheet. */
export function inColour(name: string): { readonly className: string; readonly color: string } {
  return { className: name, color: `var(--${name})` };
}

interface LabelProps {
  readonly x: number;
  readonly y: number;
  readonly colour?: string;
  /** The point of the text at x. */
  readonly anchor?: "start" | "middle" | "end";
  readonly isBold?: boolean;
  readonly children: string;
}

/** A line of text whose baseline is at y. */
export function Label({ x, y, colour = "ink", anchor = "start", isBold = false, children }: LabelProps) {
  return (
    <text
      {...inColour(colour)}
      fill="currentColor"
      x={pixels(x)}
      y={pixels(y)}
      textAnchor={anchor}
      {...(isBold && { fontWeight: 600 })}
    >
      {children}
    </text>
  );
}

type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

const STROKES = {
  grid: { colour: "line", strokeWidth: 1 },
  axis: { colour: "ink-soft", strokeWidth: 1 },
  whisker: { colour: "ink", strokeWidth: 1.25 },
  mark: { colour: "ink", strokeWidth: 2, strokeDasharray: "3 2" },
} as const;

/** Straight lines in the style of their kind. */
export function Lines({
  kind,
  at,
}: {
  readonly kind: keyof typeof STROKES;
  readonly at: readonly Segment[];
}) {
  const { colour, ...stroke } = STROKES[kind];
  const path = at.map(([x1, y1, x2, y2]) => `M${pixels(x1)} ${pixels(y1)}L${pixels(x2)} ${pixels(y2)}`);
  return <path {...inColour(colour)} {...stroke} stroke="currentColor" fill="none" d={path.join("")} />;
}

/** Rounds a position to a hundredth of a pixel. */
export function pixels(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Returns the approximate width of a text of 12 pixels. */
export function textWidth(text: string): number {
  return text.length * 6.6;
}

/** Breaks a text between words into lines of about `width` pixels. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
