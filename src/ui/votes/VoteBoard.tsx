import { useMemo, useState } from "react";

import { VOTES_KEPT, type StepVotes } from "../../store/run/record.ts";
import { count } from "../format.ts";
import { useHasAnswers, usePacedRecord, useView } from "../page.tsx";
import { filterChoices, type VoteFilter } from "./filters.ts";
import { GroupCard } from "./GroupCard.tsx";
import { StepChooser } from "./StepChooser.tsx";
import "./votes.css";

/** The vote of every question of a step: what the policy answered, what was taken for true, what was. */
export function VoteBoard() {
  const record = usePacedRecord();
  const chosen = useView((view) => view.votesStep);
  const votes = record?.votes ?? [];
  const shown = votes.find(({ step }) => step === chosen) ?? votes.at(-1) ?? null;
  return (
    <section className="panel" aria-labelledby="votes-title" data-testid="vote-board">
      <div className="section-head">
        <h2 id="votes-title">Vote board</h2>
        {shown !== null && <StepChooser votes={votes} shown={shown} isFollowing={chosen === null} />}
      </div>
      {shown === null ? (
        <p className="soft">
          Here every question of a step appears with its votes, the pseudo-label they elect, the truth where
          it is known, and the sampled responses with their rewards. The latest {VOTES_KEPT} steps can be
          looked back at.
        </p>
      ) : (
        <Board key={shown.step} shown={shown} />
      )}
    </section>
  );
}

/** A step may hold a thousand questions; the page shows them in portions. */
const PORTION = 12;

function Board({ shown }: { readonly shown: StepVotes }) {
  const hasAnswers = useHasAnswers();
  const [filter, setFilter] = useState<VoteFilter>("all");
  const [limit, setLimit] = useState(PORTION);
  const choices = useMemo(() => filterChoices(shown.groups, hasAnswers), [shown, hasAnswers]);
  const groups = choices.find((choice) => choice.filter === filter)?.groups ?? [];
  return (
    <>
      <div className="votes__filters" role="group" aria-label="Which questions">
        {choices.map((choice) => (
          <button
            key={choice.filter}
            type="button"
            className="button button--small"
            aria-pressed={choice.filter === filter}
            title={choice.title}
            onClick={() => setFilter(choice.filter)}
          >
            {choice.label} <span className="soft">{count(choice.groups.length)}</span>
          </button>
        ))}
      </div>
      {groups.length === 0 && <p className="soft">No question of this step.</p>}
      <ul className="votes">
        {groups.slice(0, limit).map((group, i) => (
          <li key={`${i} ${group.question.id}`}>
            <GroupCard group={group} />
          </li>
        ))}
      </ul>
      {groups.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + PORTION)}>
          Show more of {count(groups.length)}
        </button>
      )}
    </>
  );
}
