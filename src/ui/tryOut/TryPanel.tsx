import { useStore } from "zustand";
import type { TriedQuestion, TriedResponse, TryOut, TryState } from "../../store/tryOut.ts";
import { Button } from "../Button.tsx";
import { counted, sentence } from "../format.ts";
import { usePage } from "../page.tsx";
import { Section } from "../Section.tsx";
import { AnswerRule } from "../votes/AnswerRule.tsx";
import "./tryOut.css";

/** The latest try: a few responses with everything that decides how they are read. */
export function TryPanel() {
  const { tryOut } = usePage().lab;
  const state = useStore(tryOut);
  if (state.status === "none") return null;
  const head = (
    <Button look="small" onClick={() => tryOut.close()}>
      {state.status === "trying" ? "Cancel" : "Close"}
    </Button>
  );
  return (
    <Section
      id="try-title"
      title="Try"
      head={head}
      className="panel"
      data-testid="try"
      data-status={state.status}
    >
      <Content state={state} />
    </Section>
  );
}

function Content({ state }: { readonly state: Exclude<TryState, { status: "none" }> }) {
  if (state.status === "trying") {
    const { phase, done, total } = state.progress ?? { phase: "load", done: 0, total: 0 };
    const text = phase === "load" ? "Loading the model…" : `Sampling: ${done} of ${total} responses`;
    return <p role="status">{text}</p>;
  }
  if (state.status === "failed") {
    return (
      <p className="notice tone-error" role="alert">
        {sentence(state.message)}
      </p>
    );
  }
  return <Result result={state.result} />;
}

function Result({ result: { rules, questions, findings, notes } }: { readonly result: TryOut }) {
  return (
    <div className="stack">
      <ul className="stack" aria-label="Problems found by the try">
        {findings.length === 0 && <li className="finding tone-good">No problems found.</li>}
        {findings.map(({ kind, message }) => (
          <li key={kind} className="finding tone-watch">
            <span aria-hidden="true">!</span>
            {sentence(message)}
          </li>
        ))}
      </ul>
      {notes.map((note) => (
        <p key={note} className="small soft">
          {sentence(note)}
        </p>
      ))}
      <AnswerRule {...rules} />
      {questions.map((question) => (
        <Question key={question.id} question={question} />
      ))}
    </div>
  );
}

function Question({ question }: { readonly question: TriedQuestion }) {
  const { id, prompt, promptTokens, truth, responses } = question;
  return (
    <article className="vote" aria-label={`Question ${id}`}>
      <p className="small soft">Prompt as sent, {counted(promptTokens, "token")}</p>
      <pre className="try__prompt">{prompt}</pre>
      <p className="small">
        Ground truth {truth === null ? <em className="soft">none</em> : <code>{truth}</code>}
      </p>
      <div className="responses" role="region" aria-label={`Responses to ${id}`} tabIndex={0}>
        <ol>
          {responses.map((response, i) => (
            <Response key={i} number={i + 1} response={response} />
          ))}
        </ol>
      </div>
    </article>
  );
}

function Response({ number, response }: { readonly number: number; readonly response: TriedResponse }) {
  const { text, answer, found, right, tokens, finished } = response;
  const { start, end } = found ?? { start: text.length, end: text.length };
  return (
    <li className="response" data-testid="tried-response">
      <p className="response__facts small">
        <span className="soft">#{number}</span>
        <span>
          answer {answer === null ? <em className="soft">none</em> : <code>{answer}</code>}
          {right !== null && (
            <span className={right ? "right" : "wrong"}>{right ? " ✓ correct" : " ✗ wrong"}</span>
          )}
        </span>
        <span className="soft">
          {counted(tokens, "token")}, {finished ? "ended with EOS" : "cut"}
        </span>
      </p>
      <p className="response__text">
        {text.slice(0, start)}
        {found !== null && <mark>{text.slice(start, end)}</mark>}
        {text.slice(end)}
      </p>
    </li>
  );
}
