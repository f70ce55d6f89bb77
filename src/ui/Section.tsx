import type { ComponentProps, ReactNode } from "react";

interface SectionProps extends ComponentProps<"section"> {
  readonly id: string;
  readonly title: string;
  /** Shown next to the title. */
  readonly head?: ReactNode;
}

/** A section of the page; `id` is its heading's. */
export function Section({ id, title, head, children, ...attributes }: SectionProps) {
  return (
    <section aria-labelledby={id} {...attributes}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        {head}
      </div>
      {children}
    </section>
  );
}
