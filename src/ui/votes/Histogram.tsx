import type { GroupView } from "../../store/run/record.ts";
import { sum } from "../../math/stats.ts";
import { counted } from "../format.ts";

/** Number of answers shown individually; the others are combined. */
const BARS = 4;

interface Bar {
  readonly name: string;
  readonly votes: number;
  readonly kind: "label" | "other" | "none" | "rest";
  readonly right?: boolean | null;
}

/** Bar chart of the votes by answer. */
export function Histogram({ group }: { readonly group: GroupView }) {
  const total = votesOf(group.histogram);
  return (
    <ul className="bars" aria-label="Votes by answer">
      {barsOf(group).map(({ name, votes, kind, right }) => (
        <li key={`${kind} ${name}`} className={`bar bar--${kind}`} title={counted(votes, "vote")}>
          <span className="bar__name">
            {right === true && <span className="bar__right">✓</span>}
            {right === true && <span className="unseen"> correct: </span>}
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

/** The most frequent answers and the correct one, then the other answers combined, then responses without answer. */
function barsOf({ histogram, pseudoLabel }: GroupView): Bar[] {
  const answered = histogram.filter(({ answer }) => answer !== null);
  const named = answered.filter(({ right }, i) => i < BARS || right === true);
  const rest = answered.filter((entry) => !named.includes(entry));
  const unanswered = histogram.find(({ answer }) => answer === null);
  const bars = named.map(({ answer, votes, right }): Bar => {
    return { name: answer ?? "", votes, kind: answer === pseudoLabel ? "label" : "other", right };
  });
  if (rest.length > 0) {
    bars.push({ name: counted(rest.length, "other answer"), votes: votesOf(rest), kind: "rest" });
  }
  if (unanswered !== undefined) bars.push({ name: "no answer", votes: unanswered.votes, kind: "none" });
  return bars;
}

function votesOf(entries: GroupView["histogram"]): number {
  return sum(entries.map(({ votes }) => votes));
}
