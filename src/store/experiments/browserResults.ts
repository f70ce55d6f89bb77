/** The user's results of experiments in IndexedDB: some hundred kilobytes. */
import { createStore, del, set, values } from "idb-keyval";
import type { KeptCells, ResultStorage } from "./ownResults.ts";

/** Opens the database at the first use; each use rejects where the browser has no storage. */
export function browserResults(): ResultStorage {
  const store = createStore("ttrl-lab", "experiments");
  return {
    load: async () => values<KeptCells>(store),
    save: async (kept) => set(kept.definition.name, kept, store),
    remove: async (name) => del(name, store),
  };
}
