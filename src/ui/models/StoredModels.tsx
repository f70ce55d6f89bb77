import { fileSize } from "../../math/bytes.ts";
import { useStore } from "zustand";
import type { StoredModel } from "../../store/hub.ts";
import { useIsLocked, usePage } from "../page.tsx";

/** What this browser keeps: sizes, how to go on with a part, how to be rid of it. */
export function StoredModels() {
  const { lab } = usePage();
  const { stored, notice, task } = useStore(lab.hub);
  const isBusy = useIsLocked() || task.status === "fetching";
  const total = stored.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  return (
    <section aria-labelledby="stored-title" data-testid="stored-models">
      <h3 id="stored-title">Stored models</h3>
      {notice !== null && <p className="problem">{notice}</p>}
      {stored.length === 0 && <p className="soft">None. What is fetched stays in this browser.</p>}
      <ul className="hub__list">
        {stored.map((model) => (
          <li key={model.folder}>
            <span>{describe(model)}</span>
            <button
              type="button"
              className="button button--small"
              disabled={isBusy}
              aria-label={`Delete ${model.repository}`}
              onClick={() => lab.hub.remove([model.folder])}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      {stored.length > 1 && (
        <button
          type="button"
          className="button button--small"
          disabled={isBusy}
          onClick={() => lab.hub.remove(stored.map(({ folder }) => folder))}
        >
          Delete all, {fileSize(total)}
        </button>
      )}
    </section>
  );
}

function describe({ repository, file, commit, bytes, keptBytes, isComplete }: StoredModel): string {
  const name = `${repository}${file === null ? "" : `:${file}`} at ${commit.slice(0, 12)}`;
  return isComplete
    ? `${name}, ${fileSize(bytes)}`
    : `${name}, ${fileSize(keptBytes)} of ${fileSize(bytes)}: look it up again to go on`;
}
