import { useStore } from "zustand";
import { fileSize } from "../../math/bytes.ts";
import { sum } from "../../math/stats.ts";
import type { StoredModel } from "../../store/hub.ts";
import { Button } from "../Button.tsx";
import { useIsLocked, usePage } from "../page.tsx";

/** The models and data sets stored in this browser, with buttons to delete them. */
export function StoredModels() {
  const { lab } = usePage();
  const { stored, notice, task } = useStore(lab.hub);
  const isBusy = useIsLocked() || task.status === "fetching";
  const total = sum(stored.map(({ keptBytes }) => keptBytes));
  return (
    <section aria-labelledby="stored-title" data-testid="stored-models">
      <h3 id="stored-title">Stored models and data sets</h3>
      {notice !== null && <p className="problem">{notice}</p>}
      {stored.length === 0 && <p className="soft">None. What is downloaded is stored in this browser.</p>}
      <ul className="hub__list stack">
        {stored.map((model) => (
          <li key={model.folder} className="split">
            <span>{describe(model)}</span>
            <Button
              look="small"
              disabled={isBusy}
              aria-label={`Delete ${nameOf(model)}`}
              onClick={() => lab.hub.remove([model.folder])}
            >
              Delete
            </Button>
          </li>
        ))}
      </ul>
      {stored.length > 1 && (
        <Button
          look="small"
          disabled={isBusy}
          onClick={() => lab.hub.remove(stored.map(({ folder }) => folder))}
        >
          Delete all ({fileSize(total)})
        </Button>
      )}
    </section>
  );
}

const nameOf = ({ repository, file }: StoredModel): string =>
  `${repository}${file === null ? "" : `:${file}`}`;

function describe(model: StoredModel): string {
  const { commit, bytes, keptBytes, isComplete } = model;
  const name = `${nameOf(model)} at ${commit.slice(0, 12)}`;
  return isComplete
    ? `${name}, ${fileSize(bytes)}`
    : `${name}, ${fileSize(keptBytes)} of ${fileSize(bytes)} downloaded; look it up again to resume`;
}
