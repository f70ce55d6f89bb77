import type { GroupView } from "../../store/run/record.ts";
import { counted } from "../format.ts";

/** A weak model may give fifty different answers; the first few and the rest tell the story. */
const BARS = 4;

interface Bar {
  readonly name: string;
  readonly votes: number;
  readonly kind: "label" | "other" | "none" | "rest";
  readonly right: boolean | null;
}

/** Votes by answer as bars, most first. */
export function Histogram({ group }: { readonly group: GroupView }) {
  const total = group.histogram.reduce((sum, { votes }) => sum + votes, 0);
  return (
    <ul className="bars" aria-label="Votes by answer">
      {barsOf(group).map(({ name, votes, kind, right }) => (
        <li key={`${kind} ${name}`} className={`bar bar--${kind}`} title={counted(votes, "vote")}>
          <span className="bar__name">
            {right === true && <span className="bar__right">✓</span>}
            {right === true && <span className="unseen"> right: </span>}
            {name}
          </span>
          <span className="bar__track" aria-hidden="true">
            <span className="bar__fill" style={{ inlineSize: `${(100 * votes) / Math.max(1, total)}%` }} />
          </span>
          <span className="bar__votes">
            {votes}
            <span className="unseen"> votes</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The most frequent answers; the others together; the unanswered last. The right answer is always named. */
function barsOf({ histogram, pseudoLabel }: GroupView): Bar[] {
  const answered = histogram.filter(({ answer }) => answer !== null);
  const named = answered.filter(({ right }, i) => i < BARS || right === true);
  const rest = answered.filter((entry) => !named.includes(entry));
  const silent = histogram.find(({ answer }) => answer === null);
  const votesOf = (entries: typeof histogram): number => entries.reduce((sum, { votes }) => sum + votes, 0);
  return [
    ...named.map(({ answer, votes, right }): Bar => ({
      name: answer ?? "",
      votes,
      kind: answer === pseudoLabel ? "label" : "other",
      right,
    })),
    ...(rest.length === 0
      ? []
      : [
          {
            name: counted(rest.length, "other answer"),
            votes: votesOf(rest),
            kind: "rest",
            right: null,
          } satisfies Bar,
        ]),
    ...(silent === undefined
      ? []
      : [{ name: "no answer", votes: silent.votes, kind: "none", right: null } satisfies Bar]),
  ];
}
