import type { StepVotes } from "../../store/run/record.ts";
import { Button } from "../Button.tsx";
import type { IconName } from "../Icon.tsx";
import { usePage } from "../page.tsx";
import { Select } from "../Select.tsx";

interface StepChooserProps {
  readonly votes: readonly StepVotes[];
  readonly shown: StepVotes;
  readonly isFollowing: boolean;
}

/** Selects the step shown on the vote board. */
export function StepChooser({ votes, shown, isFollowing }: StepChooserProps) {
  const { view } = usePage();
  const choose = (votesStep: number | null): void => view.setState({ votesStep });
  const index = votes.indexOf(shown);
  const stepButton = (name: string, shortcut: string, icon: IconName, step: number | undefined) => (
    <Button
      look="small"
      icon={icon}
      hiddenName={name}
      title={`${name} (${shortcut})`}
      disabled={step === undefined}
      onClick={() => choose(step ?? null)}
    />
  );
  return (
    <div className="cluster">
      {stepButton("Previous step", "[", "left", votes[index - 1]?.step)}
      <Select
        className="votes__select"
        aria-label="Step shown"
        value={shown.step}
        options={votes.map(({ step }) => [step, `Step ${step}`])}
        choose={(step) => choose(Number(step))}
      />
      {stepButton("Next step", "]", "chevron", votes[index + 1]?.step)}
      <Button look="small" aria-pressed={isFollowing} onClick={() => choose(isFollowing ? shown.step : null)}>
        Follow latest
      </Button>
    </div>
  );
}
