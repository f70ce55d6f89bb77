import { useState } from "react";
import type { GroupView, ResponseView } from "../../store/run/record.ts";
import { Button } from "../Button.tsx";
import { advantageText, count, counted, quantity } from "../format.ts";

/** Number of responses shown initially and added by "Show more". */
const [INITIAL, MORE] = [8, 64];

/** The sampled responses to a question with answers, rewards and advantages. */
export function Responses({ group }: { readonly group: GroupView }) {
  const [limit, setLimit] = useState(INITIAL);
  const { question, responses, truth } = group;
  return (
    <>
      <div className="responses" role="region" aria-label={`Responses to ${question.id}`} tabIndex={0}>
        <ol>
          {responses.slice(0, limit).map((response, i) => (
            <ResponseItem key={i} number={i + 1} response={response} hasTruth={truth !== null} />
          ))}
        </ol>
      </div>
      {responses.length > limit && (
        <Button look="small" onClick={() => setLimit(limit === INITIAL ? MORE : limit + MORE)}>
          Show more ({count(limit)} of {count(responses.length)} shown)
        </Button>
      )}
    </>
  );
}

interface ResponseItemProps {
  readonly number: number;
  readonly response: ResponseView;
  readonly hasTruth: boolean;
}

function ResponseItem({ number, response, hasTruth }: ResponseItemProps) {
  const { text, answer, reward, advantage, right, tokens, entropy, finished } = response;
  return (
    <li className="response" data-testid="response">
      <p className="response__facts small">
        <span className="soft">#{number}</span>
        <span>
          answer {answer === null ? <em className="soft">none</em> : <code>{answer}</code>}
          {hasTruth && right !== null && (
            <span className={right ? "right" : "wrong"}>{right ? " ✓ correct" : " ✗ wrong"}</span>
          )}
        </span>
        <span>reward {reward}</span>
        <span>{advantage === null ? "vote only" : `advantage ${advantageText(advantage)}`}</span>
        <span className="soft">entropy {quantity(entropy)} nats</span>
        <span className="soft">
          {counted(tokens, "token")}
          {!finished && ", truncated"}
        </span>
      </p>
      <p className="response__text">{text === "" ? <em className="soft">empty</em> : text}</p>
    </li>
  );
}
