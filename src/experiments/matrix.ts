/** A field for each variant and column, the more coloured the larger its value. */
import { numberText, UNIT_WORDS } from "./numbers.ts";
import type { Estimate, ExperimentResult, Unit } from "./result.ts";
import { element, figure, seriesStyle, text, textWidth } from "./svg.ts";

const [WIDE, HIGH] = [128, 46];

/** Draws the columns named. */
export function matrixOf(result: ExperimentResult, columns: readonly string[], axes: string): string {
  const { rows, columns: known } = result.table;
  const chosen = columns.map((label) => known.findIndex((column) => column.label === label));
  const unit = known[chosen[0] ?? 0]?.unit ?? "share";
  const estimates = rows.map((row) => chosen.map((column) => row.values[column] ?? null));
  const largest = Math.max(...estimates.flat().map((estimate) => Math.abs(estimate?.mean ?? 0)));
  const left = 16 + Math.max(...rows.map(({ label }) => textWidth(label)));
  const top = 30;
  const heads = columns.map((label, i) => text(left + (i + 0.5) * WIDE, top - 8, label, "middle"));
  const fields = estimates.flatMap((row, r) =>
    row.flatMap((estimate, c) => field(estimate, { x: left + c * WIDE, y: top + r * HIGH, largest, unit })),
  );
  const names = rows.map(({ label }, r) => text(left - 8, top + (r + 0.5) * HIGH + 4, label, "end"));
  const bottom = top + rows.length * HIGH;
  const words = `${UNIT_WORDS[unit]}, 95% intervals below; ${axes}`;
  return figure(left + columns.length * WIDE + 16, bottom + 30, result.definition.title, [
    ...heads,
    ...names,
    ...fields,
    text(left, bottom + 20, words, "start", "quiet"),
  ]);
}

function field(
  estimate: Estimate | null,
  { x, y, largest, unit }: { x: number; y: number; largest: number; unit: Unit },
): string[] {
  if (estimate === null) return [];
  const { mean, interval } = estimate;
  const colour = seriesStyle(mean < 0 ? 4 : 2).colour;
  const strength = largest === 0 ? 0 : 0.55 * Math.abs(mean / largest);
  const shape = { x: x + 1, y: y + 1, width: WIDE - 2, height: HIGH - 2 };
  const middle = x + WIDE / 2;
  const ends = interval?.map((end) => numberText(end, unit)).join(" to ") ?? "";
  return [
    element("rect", { ...shape, fill: colour, "fill-opacity": strength }),
    text(middle, y + HIGH / 2 - 2, numberText(mean, unit), "middle", "title"),
    text(middle, y + HIGH / 2 + 14, ends, "middle", "quiet"),
  ];
}
