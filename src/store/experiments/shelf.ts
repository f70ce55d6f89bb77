/** Keeps what experiments measured in the browser's own database: some hundred kilobytes that outlive the tab. */
import type { KeptCells, Shelf } from "./ownResults.ts";

const DATABASE = "ttrl-lab";
const STORE = "experiments";

/** A shelf in IndexedDB; each use opens it anew, so that a browser without storage fails when it is used. */
export function browserShelf(): Shelf {
  return {
    load: () => inStore("readonly", (store) => store.getAll() as IDBRequest<KeptCells[]>), // as `save` put them
    async save(kept) {
      await inStore("readwrite", (store) => store.put(kept, kept.definition.name));
    },
    async remove(name) {
      await inStore("readwrite", (store) => store.delete(name));
    },
  };
}

async function inStore<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await resultOf(opening);
  try {
    return await resultOf(request(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's storage failed"));
  });
}
