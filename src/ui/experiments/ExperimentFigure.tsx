import { useLayoutEffect, useRef, useState, type RefObject } from "react";
import { hasSource, type Comparison } from "../../experiments/comparison.ts";
import type { Experiment } from "../../experiments/experiment.ts";
import { Figure } from "../../figures/Figure.tsx";

export interface ComparisonProps {
  readonly experiment: Experiment;
  readonly comparison: Comparison;
}

/** The experiment's figure, with the committed results and the user's own. */
export function ExperimentFigure({ experiment, comparison }: ComparisonProps) {
  const { title, plot } = experiment;
  const container = useRef<HTMLDivElement>(null);
  const width = useWidth(container);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = (label: string): void =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(label)) after.add(label);
      return after;
    });
  return (
    <figure className="experiment__figure" aria-label={`${title}, figure`}>
      <div ref={container} className="experiment__drawing" {...(plot.kind === "matrix" && SCROLLABLE)}>
        {width > 0 && <Figure {...{ title, plot, comparison, width }} interaction={{ hidden, toggle }} />}
      </div>
      <figcaption className="soft small">{captionOf(experiment, comparison)}</figcaption>
    </figure>
  );
}

/** A matrix can be wider than its container; the keyboard scrolls it, too. */
const SCROLLABLE = { role: "region", "aria-label": "Matrix", tabIndex: 0 };

/** Returns the width of an element in pixels, 0 before it is laid out. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(current.clientWidth)));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Returns the caption: the styles of the two sources and the kind of the intervals. */
function captionOf({ plot: { kind } }: Experiment, comparison: Comparison): string {
  const [hasCommitted, hasOwn] = [hasSource(comparison, "committed"), hasSource(comparison, "own")];
  const styles = { bars: ["Filled", "outlined"], curves: ["Solid", "dashed"], matrix: ["Above", "below"] };
  const intervals = { bars: "Whiskers", curves: "Bands", matrix: "Brackets" }[kind];
  const over = kind === "curves" ? "over seeds; a single seed has none" : "over questions and seeds";
  const sources = hasCommitted && hasOwn ? `${styles[kind].join(": committed; ")}: yours. ` : "";
  const only = !hasCommitted && hasOwn ? "Only your results; none are committed. " : "";
  return `${sources}${only}${intervals} are 95% intervals ${over}.`;
}
