import { recipeLosses } from "../../store/run/exports.ts";
import { Fold } from "../Fold.tsx";
import { useRun } from "../page.tsx";
import { TRAINERS } from "./trainers.ts";

/** The run's settings that other trainers do not support. */
export function RecipeLosses() {
  const setup = useRun((run) => (run.status === "idle" ? null : run.record.setup));
  const steps = useRun((run) => (run.status === "idle" ? 0 : run.record.steps.length));
  if (setup === null) return null;
  const all = recipeLosses(setup, steps);
  const counts = all.map(({ recipe, losses }) => `${TRAINERS[recipe]} ${losses.length}`);
  return (
    <Fold title="Unsupported settings" state={counts.join(", ")}>
      {all.map(({ recipe, losses }) => (
        <div key={recipe} className="small">
          <strong>{TRAINERS[recipe]}</strong>
          <ul className="export__losses soft">
            {losses.length === 0 && <li>None</li>}
            {losses.map((loss) => (
              <li key={loss}>{loss.replaceAll("`", "")}</li>
            ))}
          </ul>
        </div>
      ))}
    </Fold>
  );
}
