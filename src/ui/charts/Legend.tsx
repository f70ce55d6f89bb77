import { percent } from "../format.ts";
import type { ChartSpec, Ink, Series } from "./data/chartSpecs.ts";

/** The line at the initial Maj@N. */
export const LEVEL_DASH = "5 4";

/** Returns the dash pattern: solid for the first ink and for evaluations, which have dots; otherwise dashed. */
export function dashOf({ ink, from }: Pick<Series, "ink" | "from">): string {
  return ink === 2 && from === "steps" ? "6 3" : "0";
}

/** The legend of a chart. */
export function Legend({ spec, level }: { readonly spec: ChartSpec; readonly level: number | null }) {
  if (spec.series.length === 1 && level === null) return null;
  return (
    <ul className="legend small soft">
      {spec.series.map(({ key, label, ink, from }) => (
        <li key={key}>
          <Mark kind={from} ink={ink} />
          {label}
        </li>
      ))}
      {level !== null && (
        <li>
          <Mark kind="level" ink={1} />
          initial Maj@N {percent(level)}
        </li>
      )}
    </ul>
  );
}

/** A sample of a line. */
export function Mark({ kind, ink }: { readonly kind: Series["from"] | "level"; readonly ink: Ink }) {
  const colour = kind === "level" ? "var(--level)" : `var(--series-${ink})`;
  const dash = kind === "level" ? LEVEL_DASH : dashOf({ ink, from: kind });
  return (
    <svg className="mark" viewBox="0 0 24 8" aria-hidden="true">
      <path d="M1 4h22" stroke={colour} strokeWidth="1.75" strokeDasharray={dash} />
      {kind === "evaluations" && <circle cx="12" cy="4" r="3.25" fill={colour} />}
    </svg>
  );
}
