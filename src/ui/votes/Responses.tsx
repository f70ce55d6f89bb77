import { useState } from "react";
import type { GroupView, ResponseView } from "../../store/run/record.ts";
import { advantageText, count, counted, quantity } from "../format.ts";

const PORTION = 8;

/** The responses of a question as they were sampled, with what the method made of each. */
export function Responses({ group }: { readonly group: GroupView }) {
  const [limit, setLimit] = useState(PORTION);
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
        <button
          type="button"
          className="button button--small"
          onClick={() => setLimit(limit === PORTION ? 64 : limit + 64)}
        >
          Show more of {count(responses.length)}
        </button>
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
            <span className={right ? "response__right" : "response__wrong"}>
              {right ? " ✓ right" : " ✗ wrong"}
            </span>
          )}
        </span>
        <span>reward {reward}</span>
        <span>{advantage === null ? "voted only" : `advantage ${advantageText(advantage)}`}</span>
        <span className="soft">entropy {quantity(entropy)} nats</span>
        <span className="soft">
          {counted(tokens, "token")}
          {!finished && ", cut"}
        </span>
      </p>
      <p className="response__text">{text === "" ? <em className="soft">empty</em> : text}</p>
    </li>
  );
}
