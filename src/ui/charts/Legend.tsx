import { percent } from "../format.ts";
import type { ChartSpec, Ink, Series } from "./data/chartSpecs.ts";
import { dashOf, LEVEL_DASH } from "./inks.ts";

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

interface MarkProps {
  readonly kind: Series["from"] | "level";
  readonly ink: Ink;
}

/** A sample of a line. */
export function Mark({ kind, ink }: MarkProps) {
  const colour = kind === "level" ? "var(--level)" : `var(--series-${ink})`;
  const dash = kind === "level" ? LEVEL_DASH : dashOf({ ink, from: kind });
  return (
    <svg className="mark" viewBox="0 0 24 8" aria-hidden="true">
      <path d="M1 4h22" stroke={colour} strokeWidth="1.75" strokeDasharray={dash} />
      {kind === "evaluations" && <circle cx="12" cy="4" r="3.25" fill={colour} />}
    </svg>
  );
}
