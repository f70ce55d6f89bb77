import { memo, useState } from "react";
import type { GroupView } from "../../store/run/record.ts";
import { Button } from "../Button.tsx";
import { counted, percent } from "../format.ts";
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
      <Button
        look="plain small"
        className="vote__toggle"
        icon="chevron"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "Hide" : "Show"} {counted(responses.length, "response")}
      </Button>
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
  return (
    <p className={`badge tone-${isWrong ? "error" : "good"}`}>
      <span aria-hidden="true">{isWrong ? "✗" : "✓"}</span> {isWrong ? "wrong majority" : "correct"}
    </p>
  );
}
