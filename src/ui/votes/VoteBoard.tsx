import { useMemo, useState } from "react";

import { VOTES_KEPT, type StepVotes } from "../../store/run/record.ts";
import { count } from "../format.ts";
import { useHasAnswers, usePacedRecord, useView } from "../page.tsx";
import { filterChoices, type VoteFilter } from "./filters.ts";
import { GroupCard } from "./GroupCard.tsx";
import { StepChooser } from "./StepChooser.tsx";
import "./votes.css";

/** The questions of a step with their votes. */
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
          Shows the questions of a step with their votes, the pseudo-label, the ground truth if known, and the
          sampled responses with their rewards. The latest {VOTES_KEPT} steps are kept.
        </p>
      ) : (
        <Board key={shown.step} shown={shown} />
      )}
    </section>
  );
}

/** Number of questions shown initially and added by "Show more". */
const PAGE_SIZE = 12;

function Board({ shown }: { readonly shown: StepVotes }) {
  const hasAnswers = useHasAnswers();
  const [filter, setFilter] = useState<VoteFilter>("all");
  const [limit, setLimit] = useState(PAGE_SIZE);
  const choices = useMemo(() => filterChoices(shown.groups, hasAnswers), [shown, hasAnswers]);
  const groups = choices.find((choice) => choice.filter === filter)?.groups ?? [];
  return (
    <>
      <div className="votes__filters" role="group" aria-label="Filter questions">
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
      {groups.length === 0 && <p className="soft">No questions match this filter.</p>}
      <ul className="votes">
        {groups.slice(0, limit).map((group, i) => (
          <li key={`${i} ${group.question.id}`}>
            <GroupCard group={group} />
          </li>
        ))}
      </ul>
      {groups.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + PAGE_SIZE)}>
          Show more ({count(limit)} of {count(groups.length)} shown)
        </button>
      )}
    </>
  );
}
