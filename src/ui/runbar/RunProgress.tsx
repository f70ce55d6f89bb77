import { configOf } from "../../store/setup/settings.ts";
import type { StartedRun } from "../../store/run/run.ts";
import { count } from "../format.ts";
import { useRun, useSettings } from "../page.tsx";
import { activityText, phaseShare, remainingText } from "./progressText.ts";
import { useObstacle } from "./RunButtons.tsx";

/** Step, phase and remaining time of the run. */
export function RunProgress() {
  const state = useRun((run) => run);
  return state.status === "idle" ? <Readiness /> : <StartedProgress state={state} />;
}

function Readiness() {
  const obstacle = useObstacle();
  const config = configOf(useSettings(({ texts }) => texts));
  const plan =
    config === null
      ? ""
      : `Ready: ${count(config.steps)} steps, ${count(config.questionsPerStep)} questions × ${count(config.votesPerQuestion)} votes each.`;
  return <p className="runbar__progress soft">{obstacle ?? plan}</p>;
}

function StartedProgress({ state }: { readonly state: StartedRun }) {
  const done = state.record.steps.length;
  const { steps } = state.record.setup.config;
  const phase = phaseShare(state);
  const left = remainingText(state);
  return (
    <div className="runbar__progress" data-testid="progress" data-status={state.status} data-step={done}>
      <p className="runbar__progress-text">
        <strong>
          Step {count(done)} of {count(steps)}
        </strong>
        <span className="soft">{activityText(state)}</span>
        {left !== null && <span className="soft runbar__left">{left}</span>}
      </p>
      <div
        className="runbar__track"
        role="progressbar"
        aria-label="Steps done"
        aria-valuemin={0}
        aria-valuemax={steps}
        aria-valuenow={done}
      >
        <span className="runbar__done" style={{ inlineSize: `${(100 * done) / steps}%` }} />
        {phase !== null && <span className="runbar__phase" style={{ inlineSize: `${100 * phase}%` }} />}
      </div>
    </div>
  );
}
