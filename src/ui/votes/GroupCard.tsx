import { memo, useState } from "react";
import type { GroupView } from "../../store/run/record.ts";
import { counted, percent } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { isWrongMajority } from "./filters.ts";
import { Histogram } from "./Histogram.tsx";
import { Responses } from "./Responses.tsx";

/** A question with its votes, pseudo-label, ground truth and, on demand, its responses. */
export const GroupCard = memo(function GroupCard({ group }: { readonly group: GroupView }) {
  const { question, responses } = group;
  const [isOpen, setOpen] = useState(false);
  return (
    <article className="vote" data-testid="vote">
      <div className="vote__head">
        {question.level !== undefined && <span className="vote__level small">{question.level}</span>}
        <p className="vote__prompt">{question.prompt}</p>
      </div>
      <Verdict group={group} />
      <Histogram group={group} />
      <button
        type="button"
        className="button button--plain button--small vote__toggle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chevron" />
        {isOpen ? "Hide" : "Show"} {counted(responses.length, "response")}
      </button>
      {isOpen && <Responses group={group} />}
    </article>
  );
});

function Verdict({ group }: { readonly group: GroupView }) {
  const { pseudoLabel, truth, majorityRatio } = group;
  return (
    <div className="vote__outcome">
      <dl className="vote__verdict">
        <div>
          <dt>Pseudo-label</dt>
          <dd>{pseudoLabel === null ? <span className="soft">none</span> : <code>{pseudoLabel}</code>}</dd>
        </div>
        {truth !== null && (
          <div>
            <dt>Ground truth</dt>
            <dd>
              <code>{truth}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>Majority ratio</dt>
          <dd>{percent(majorityRatio)}</dd>
        </div>
      </dl>
      <Badge group={group} />
    </div>
  );
}

/** Whether the pseudo-label is correct, as text and colour. */
function Badge({ group }: { readonly group: GroupView }) {
  const isWrong = isWrongMajority(group);
  if (isWrong === null) return null;
  return isWrong ? (
    <p className="badge badge--wrong">
      <span aria-hidden="true">✗</span> wrong majority
    </p>
  ) : (
    <p className="badge badge--right">
      <span aria-hidden="true">✓</span> correct
    </p>
  );
}
