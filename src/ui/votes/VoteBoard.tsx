import { useMemo, useState } from "react";
import { VOTES_KEPT, type StepVotes } from "../../store/run/record.ts";
import { Button } from "../Button.tsx";
import { count } from "../format.ts";
import { useHasAnswers, usePacedRecord, useView } from "../page.tsx";
import { Section } from "../Section.tsx";
import { AnswerRule } from "./AnswerRule.tsx";
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
    <Section
      id="votes-title"
      title="Vote board"
      head={shown !== null && <StepChooser votes={votes} shown={shown} isFollowing={chosen === null} />}
      className="panel"
      data-testid="vote-board"
    >
      {shown === null ? (
        <p className="soft">
          Shows the questions of a step with their votes, the pseudo-label, the ground truth if known, and the
          sampled responses with their rewards. The latest {VOTES_KEPT} steps are kept.
        </p>
      ) : (
        <>
          {record !== null && <AnswerRule {...record.setup.config} />}
          <Board key={shown.step} shown={shown} />
        </>
      )}
    </Section>
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
      <div className="votes__filters cluster" role="group" aria-label="Filter questions">
        {choices.map((choice) => (
          <Button
            key={choice.filter}
            look="small"
            aria-pressed={choice.filter === filter}
            title={choice.title}
            onClick={() => setFilter(choice.filter)}
          >
            {choice.label} <span className="soft">{count(choice.groups.length)}</span>
          </Button>
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
        <Button onClick={() => setLimit(limit + PAGE_SIZE)}>
          Show more ({count(limit)} of {count(groups.length)} shown)
        </Button>
      )}
    </>
  );
}
