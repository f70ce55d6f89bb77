/** The curated models as they would run here, and the measured speed of this machine, kept by the browser. */
import * as z from "zod/mini";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ModelOffer, ModelsClient, ModelVariant, Speed } from "../worker/models/modelsClient.ts";
import { configOf, type SettingsStore } from "./setup/settings.ts";

export { FIT_BASIS, fitText, SPEED_BASIS, speedText, variantText } from "../worker/models/modelsClient.ts";
export type { ModelOffer, ModelVariant };

interface OffersState {
  readonly status: "idle" | "planning" | "planned";
  readonly offers: readonly ModelOffer[];
  /** The cache key of this machine's speed; null before it is known. */
  readonly key: string | null;
  readonly speed: Speed | null;
  readonly isMeasuring: boolean;
  /** Why planning or measuring failed, as a sentence; null if it did not. */
  readonly problem: string | null;
}

export interface ModelOffersStore extends Pick<
  StoreApi<OffersState>,
  "getState" | "subscribe" | "getInitialState"
> {
  /** Plans all models under the current settings. Returns a function that stops it. */
  plan(): () => void;
  /** Measures this machine for about two seconds. */
  measure(): void;
  /** Applies the settings that a variant needs. */
  apply(variant: ModelVariant): void;
}

const EMPTY: OffersState = {
  status: "idle",
  offers: [],
  key: null,
  speed: null,
  isMeasuring: false,
  problem: null,
};

/** Creates the store. */
export function createModelOffersStore(settings: SettingsStore, client: ModelsClient): ModelOffersStore {
  const store = createStore<OffersState>(() => EMPTY);
  const fail = (what: string, message: string): void =>
    store.setState({ status: "planned", isMeasuring: false, problem: `${what} (${message}).` });
  return {
    ...store,
    plan() {
      const { texts, backend } = settings.getState();
      const config = configOf(texts);
      if (config === null) {
        store.setState({
          ...EMPTY,
          status: "planned",
          problem: "Correct the settings first: they are invalid.",
        });
        return () => undefined;
      }
      store.setState({ status: "planning", offers: [], problem: null });
      return client.run({ type: "offer", config, backend }, (event) => {
        if (event.type === "machine") store.setState({ key: event.key, speed: keptSpeed(event.key) });
        if (event.type === "offered") store.setState(({ offers }) => ({ offers: [...offers, event.offer] }));
        if (event.type === "planned") store.setState({ status: "planned" });
        if (event.type === "failed") fail("The models could not be planned", event.message);
      });
    },
    measure() {
      store.setState({ isMeasuring: true, problem: null });
      client.run({ type: "measure", backend: settings.getState().backend }, (event) => {
        if (event.type === "failed") fail("The speed could not be measured", event.message);
        if (event.type !== "measured") return;
        store.setState({ isMeasuring: false, speed: event.speed });
        keepSpeed(store.getState().key, event.speed);
      });
    },
    apply: ({ settings: changes }) => {
      if (changes !== null) settings.setState(({ texts }) => ({ texts: { ...texts, ...changes } }));
    },
  };
}

const keptForm = z.object({ weightsPerSecond: z.number().check(z.positive()) });

/** Returns the speed kept under a key; null if there is none or storage is unavailable. */
function keptSpeed(key: string): Speed | null {
  try {
    const kept = keptForm.safeParse(JSON.parse(localStorage.getItem(key) ?? "null"));
    return kept.success ? kept.data : null;
  } catch {
    return null;
  }
}

function keepSpeed(key: string | null, speed: Speed): void {
  try {
    if (key !== null) localStorage.setItem(key, JSON.stringify(speed));
  } catch {
    // Without storage the speed lasts until the page is closed.
  }
}
