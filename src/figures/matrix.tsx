/** A matrix: a field per variant and column, shaded by its value. */
import { columnIndex, measuredRows, SOURCE_NAMES, SOURCES } from "../experiments/comparison.ts";
import type { ComparedRow, Comparison, Source } from "../experiments/comparison.ts";
import type { Plot } from "../experiments/experiment.ts";
import { numberText, UNIT_WORDS } from "../experiments/numbers.ts";
import type { Estimate, Unit } from "../experiments/result.ts";
import { at } from "../math/at.ts";
import { inColour, Label, pixels, textWidth, type Drawing } from "./drawing.tsx";

/** Least and largest width of a field; heights of the column names and of one source's two lines of text. */
const [NARROWEST, WIDEST, HEAD, ENTRY] = [104, 150, 24, 36];

type Entry = readonly [source: Source, estimate: Estimate];

/** The entries of a field, of the sources that have measured it. */
type Field = readonly Entry[];

interface Layout {
  readonly unit: Unit;
  /** Where the fields begin. */
  readonly left: number;
  readonly fieldWidth: number;
  readonly fieldHeight: number;
  /** The value of the strongest shade. */
  readonly largest: number;
}

/** Draws the columns that the plot names; wider than `width` where the fields would be too narrow for their text. */
export function matrixOf(
  comparison: Comparison,
  { columns, axes }: Plot & { readonly kind: "matrix" },
  width: number,
): Drawing {
  const rows = measuredRows(comparison);
  const indices = columns.map((label) => columnIndex(comparison.columns, label));
  const { unit } = at(comparison.columns, at(indices, 0));
  const fields = rows.map((row) => indices.map((index) => fieldOf(row, index)));
  const left = 16 + Math.max(...rows.map(({ label }) => textWidth(label)));
  const fieldWidth = Math.min(WIDEST, Math.max(NARROWEST, (width - left) / columns.length));
  const fieldHeight = 8 + ENTRY * Math.max(...fields.flat().map(({ length }) => length));
  const largest = Math.max(...fields.flat(2).map(([, { mean }]) => Math.abs(mean)), Number.EPSILON);
  const layout = { unit, left, fieldWidth, fieldHeight, largest };
  const note = HEAD + rows.length * fieldHeight + 20;
  return {
    legend: [],
    width: Math.max(width, left + columns.length * fieldWidth),
    height: note + 12,
    description: `${columns.join(", ")} of ${rows.length} variants as a matrix, ${UNIT_WORDS[unit]}; ${axes}`,
    content: (
      <>
        {columns.map((label, i) => (
          <Label key={label} x={left + (i + 0.5) * fieldWidth} y={HEAD - 8} anchor="middle">
            {label}
          </Label>
        ))}
        {rows.map(({ variant, label }, r) => (
          <MatrixRow key={variant} y={HEAD + r * fieldHeight} fields={at(fields, r)} {...{ label, layout }} />
        ))}
        <Label x={left} y={note} colour="ink-soft">
          {`${UNIT_WORDS[unit]}; ${axes}`}
        </Label>
      </>
    ),
    tooltips: [],
  };
}

function fieldOf(row: ComparedRow, index: number): Field {
  return SOURCES.flatMap((source): Entry[] => {
    const estimate = row[source]?.values[index] ?? null;
    return estimate === null ? [] : [[source, estimate]];
  });
}

interface RowProps {
  readonly layout: Layout;
  readonly label: string;
  readonly fields: readonly Field[];
  readonly y: number;
}

function MatrixRow({ label, fields, y, layout: { unit, left, fieldWidth, fieldHeight, largest } }: RowProps) {
  return (
    <>
      <Label x={left - 8} y={y + fieldHeight / 2 + 4} anchor="end">
        {label}
      </Label>
      {fields.map((entries, i) => (
        <g key={i} transform={`translate(${pixels(left + i * fieldWidth)} ${y})`}>
          <rect
            {...shadeOf(entries, largest)}
            x={1}
            y={1}
            width={pixels(fieldWidth - 2)}
            height={fieldHeight - 2}
            fill="currentColor"
          />
          {entries.map((entry, e) => (
            <EntryText key={entry[0]} {...{ entry, unit }} x={fieldWidth / 2} y={4 + ENTRY * e} />
          ))}
        </g>
      ))}
    </>
  );
}

/** Green for gains, red for losses, by the first source; never so strong that the text is hard to read. */
function shadeOf([entry]: Field, largest: number) {
  const strength = entry === undefined ? 0 : entry[1].mean / largest;
  const fillOpacity = pixels(0.24 * Math.abs(strength));
  return { ...inColour(strength < 0 ? "series-5" : "series-3"), fillOpacity };
}

interface EntryProps {
  readonly entry: Entry;
  readonly unit: Unit;
  readonly x: number;
  readonly y: number;
}

function EntryText({ entry: [source, { mean, interval }], unit, x, y }: EntryProps) {
  return (
    <>
      <Label x={x} y={y + 14} anchor="middle" isBold>
        {`${numberText(mean, unit)}${source === "own" ? ` ${SOURCE_NAMES.own}` : ""}`}
      </Label>
      {interval !== null && (
        <Label x={x} y={y + 30} anchor="middle">
          {`[${interval.map((end) => numberText(end, unit)).join(", ")}]`}
        </Label>
      )}
    </>
  );
}
