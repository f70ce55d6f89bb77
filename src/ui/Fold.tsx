import { useState, type ReactNode } from "react";
import { Icon } from "./Icon.tsx";

interface FoldProps {
  readonly title: string;
  /** Shown next to the title, even while collapsed. */
  readonly state?: ReactNode;
  /** Keeps the section expanded, for instance to show an error in it. */
  readonly mustOpen?: boolean;
  readonly testId?: string;
  readonly children: ReactNode;
}

/** A collapsible section. */
export function Fold({ title, state = null, mustOpen = false, testId, children }: FoldProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className="fold"
      data-testid={testId}
      open={isOpen || mustOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="fold__title">
        <Icon name="chevron" />
        <span>{title}</span>
        <span className="soft small fold__state">{state}</span>
      </summary>
      <div className="fold__content">{children}</div>
    </details>
  );
}
