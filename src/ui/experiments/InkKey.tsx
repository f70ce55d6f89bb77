interface InkEntry {
  readonly label: string;
  readonly ink: string;
  readonly kind: "bar" | "mark" | "line";
}

interface InkKeyProps {
  readonly entries: readonly InkEntry[];
  /** Where series can be taken out of the figure: which are, by label, and what a press does. */
  readonly hidden?: ReadonlySet<string>;
  readonly toggle?: (label: string) => void;
}

/** Which colour is which. */
export function InkKey({ entries, hidden, toggle }: InkKeyProps) {
  return (
    <ul className="legend small">
      {entries.map(({ label, ink, kind }) => (
        <li key={label}>
          {toggle === undefined || kind === "mark" ? (
            <>
              <Sample ink={ink} kind={kind} />
              {label}
            </>
          ) : (
            <button
              type="button"
              className="legend__toggle"
              aria-pressed={hidden?.has(label) !== true}
              title={`Show or hide ${label}`}
              onClick={() => toggle(label)}
            >
              <Sample ink={ink} kind={kind} />
              {label}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Sample({ ink, kind }: Pick<InkEntry, "ink" | "kind">) {
  return (
    <svg className="mark" viewBox="0 0 24 8" aria-hidden="true">
      {kind === "bar" && <path d="M3 0h18v8H3z" fill={ink} />}
      {kind === "mark" && <path d="M2 4h20" stroke={ink} strokeWidth="2" strokeDasharray="3 2" />}
      {kind === "line" && <path d="M1 4h22" stroke={ink} strokeWidth="2" />}
    </svg>
  );
}
