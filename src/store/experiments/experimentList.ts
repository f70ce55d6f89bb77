/** The experiments that ship with the page, and their committed results, each read when it is first opened. */
import * as z from "zod/mini";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Experiment } from "../../experiments/experiment.ts";
import type { ExperimentResult } from "../../experiments/result.ts";
import { messageOf, type ReadText } from "../setup/catalogue.ts";

export interface ListedExperiment {
  readonly experiment: Experiment;
  readonly hasResult: boolean;
}

export type CommittedState =
  | { readonly status: "none" | "loading" }
  | { readonly status: "ready"; readonly result: ExperimentResult }
  | { readonly status: "failed"; readonly message: string };

export interface ExperimentListState {
  readonly status: "loading" | "ready" | "failed";
  readonly experiments: readonly ListedExperiment[];
  /** Why the list could not be read, else empty. */
  readonly message: string;
  /** By name, of the experiments that were opened. */
  readonly committed: Readonly<Record<string, CommittedState>>;
}

export interface ExperimentListStore extends StoreApi<ExperimentListState> {
  /** Reads the list; never throws. */
  load(): Promise<void>;
  /** Reads the committed result of an experiment once; tries again after a failure. Never throws. */
  loadResult(name: string): Promise<void>;
}

/** The files were validated when they were committed; this only tells them from other JSON. */
const isNamed = (value: unknown): boolean => z.object({ name: z.string() }).safeParse(value).success;
const list = z.array(z.object({ experiment: z.custom<Experiment>(isNamed), hasResult: z.boolean() }));
const isResult = (value: unknown): boolean =>
  z.object({ cells: z.array(z.unknown()) }).safeParse(value).success;
const committedResult = z.custom<ExperimentResult>(isResult);

/** Creates the store, not yet loaded. */
export function createExperimentListStore(readText: ReadText): ExperimentListStore {
  const store = createStore<ExperimentListState>(() => ({
    status: "loading",
    experiments: [],
    message: "",
    committed: {},
  }));
  const setCommitted = (name: string, state: CommittedState): void =>
    store.setState(({ committed }) => ({ committed: { ...committed, [name]: state } }));
  return {
    ...store,
    async load() {
      try {
        const experiments = list.parse(JSON.parse(await readText("experiments/index.json")));
        store.setState({ status: "ready", experiments });
      } catch (error) {
        const message = `The list of experiments could not be read (${messageOf(error)}). Build and serve the page again with "npm start".`;
        store.setState({ status: "failed", message });
      }
    },
    async loadResult(name) {
      const { experiments, committed } = store.getState();
      const known = committed[name]?.status;
      if (known !== undefined && known !== "failed") return;
      const listed = experiments.find(({ experiment }) => experiment.name === name);
      if (listed?.hasResult !== true) {
        setCommitted(name, { status: "none" });
        return;
      }
      setCommitted(name, { status: "loading" });
      try {
        const result = committedResult.parse(JSON.parse(await readText(`experiments/${name}.json`)));
        setCommitted(name, { status: "ready", result });
      } catch (error) {
        const message = `The committed result could not be read (${messageOf(error)}).`;
        setCommitted(name, { status: "failed", message });
      }
    },
  };
}
