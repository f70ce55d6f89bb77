import type { StepVotes } from "../../store/run/record.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { usePage } from "../page.tsx";

interface StepChooserProps {
  readonly votes: readonly StepVotes[];
  readonly shown: StepVotes;
  readonly isFollowing: boolean;
}

/** Selects the step shown on the vote board. */
export function StepChooser({ votes, shown, isFollowing }: StepChooserProps) {
  const { view } = usePage();
  const index = votes.indexOf(shown);
  return (
    <div className="votes__steps">
      <StepButton name="Previous step" shortcut="[" icon="left" step={votes[index - 1]?.step} />
      <select
        className="field votes__select"
        aria-label="Step shown"
        value={shown.step}
        onChange={(event) => view.setState({ votesStep: Number(event.target.value) })}
      >
        {votes.map(({ step }) => (
          <option key={step} value={step}>
            Step {step}
          </option>
        ))}
      </select>
      <StepButton name="Next step" shortcut="]" icon="chevron" step={votes[index + 1]?.step} />
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

interface StepButtonProps {
  readonly name: string;
  readonly shortcut: string;
  readonly icon: IconName;
  /** Undefined at either end of the list. */
  readonly step: number | undefined;
}

function StepButton({ name, shortcut, icon, step }: StepButtonProps) {
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
