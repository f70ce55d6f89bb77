import type { StepVotes } from "../../store/run/record.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { usePage } from "../page.tsx";

interface StepChooserProps {
  readonly votes: readonly StepVotes[];
  readonly shown: StepVotes;
  readonly isFollowing: boolean;
}

/** Travel in time: an earlier step, or the latest as it comes. */
export function StepChooser({ votes, shown, isFollowing }: StepChooserProps) {
  const { view } = usePage();
  const index = votes.indexOf(shown);
  return (
    <div className="votes__steps">
      <NeighbourButton name="Previous step" shortcut="[" icon="left" step={votes[index - 1]?.step} />
      <select
        className="field votes__select"
        aria-label="Step whose votes are shown"
        value={shown.step}
        onChange={(event) => view.setState({ votesStep: Number(event.target.value) })}
      >
        {votes.map(({ step }) => (
          <option key={step} value={step}>
            Step {step}
          </option>
        ))}
      </select>
      <NeighbourButton name="Next step" shortcut="]" icon="chevron" step={votes[index + 1]?.step} />
      <button
        type="button"
        className="button button--small"
        aria-pressed={isFollowing}
        onClick={() => view.setState({ votesStep: isFollowing ? shown.step : null })}
      >
        Follow latest
      </button>
    </div>
  );
}

interface NeighbourButtonProps {
  readonly name: string;
  readonly shortcut: string;
  readonly icon: IconName;
  /** Undefined at either end. */
  readonly step: number | undefined;
}

function NeighbourButton({ name, shortcut, icon, step }: NeighbourButtonProps) {
  const { view } = usePage();
  return (
    <button
      type="button"
      className="button button--small"
      disabled={step === undefined}
      title={`${name} (${shortcut})`}
      onClick={() => view.setState({ votesStep: step ?? null })}
    >
      <Icon name={icon} />
      <span className="unseen">{name}</span>
    </button>
  );
}
