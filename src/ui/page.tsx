/** The page's context: the stores and the state of the view. */
import { createContext, use } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { MetricName } from "../rl/metrics/metrics.ts";
import type { Lab } from "../store/lab.ts";
import type { HubKind } from "../store/hub.ts";
import { isBusy } from "../store/experiments/experimentRunner.ts";
import type { RunRecord } from "../store/run/record.ts";
import { isInProgress, type RunState } from "../store/run/run.ts";
import type { Settings } from "../store/setup/settings.ts";

/** A dialog; "metrics" shows the definitions of some metrics or of all. */
type OpenDialog =
  | { readonly kind: "metrics"; readonly metrics: readonly MetricName[] | "all" }
  | { readonly kind: "shortcuts" }
  | { readonly kind: "hub"; readonly subject: HubKind };

/** The state of the view, which does not affect runs. */
export interface View {
  readonly dialog: OpenDialog | null;
  /** Step shown on the vote board; null follows the latest. */
  readonly votesStep: number | null;
  /** Smoothing factor of the curves, [0, 1). */
  readonly smoothing: number;
  /** Null means automatic: open before a run, closed during one. */
  readonly isSetupOpen: boolean | null;
  readonly isIntroOpen: boolean | null;
  readonly hasShortcuts: boolean;
  /** Name of the experiment that is open. */
  readonly openExperiment: string | null;
}

/** Creates the store of the view. */
export function createView(): StoreApi<View> {
  return createStore<View>(() => ({
    dialog: null,
    votesStep: null,
    smoothing: 0,
    isSetupOpen: null,
    isIntroOpen: null,
    hasShortcuts: true,
    openExperiment: null,
  }));
}

interface Page {
  readonly lab: Lab;
  readonly view: StoreApi<View>;
}

const PageContext = createContext<Page | null>(null);

export const PageProvider = PageContext.Provider;

/** Returns the stores of the page. */
export function usePage(): Page {
  const page = use(PageContext);
  if (page === null) throw new Error("a component is used outside <PageProvider>");
  return page;
}

/** Selects from the run; updates every frame. */
export function useRun<T>(select: (state: RunState) => T): T {
  return useStore(usePage().lab.run, select);
}

/** Selects from the run; updates at most twice a second. */
export function usePacedRun<T>(select: (state: RunState) => T): T {
  return useStore(usePage().lab.pacedRun, select);
}

/** Returns the record of the run, updated at most twice a second; null before the first run. */
export function usePacedRecord(): RunRecord | null {
  return usePacedRun((state) => (state.status === "idle" ? null : state.record));
}

export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(usePage().lab.settings, select);
}

export function useView<T>(select: (view: View) => T): T {
  return useStore(usePage().view, select);
}

/** Whether the setup is locked: a run is in progress, or a queue of runs that is about to start the next. */
export function useIsLocked(): boolean {
  const isRunning = useRun(isInProgress);
  const hasQueue = useStore(usePage().lab.experiments.runner, isBusy);
  return isRunning || hasQueue;
}

/** Whether ground truth is known for the shown run or, before a run, for the selected data set. */
export function useHasAnswers(): boolean {
  const ofRun = usePacedRun((state) =>
    state.status === "idle" ? null : state.record.setup.study.answers > 0,
  );
  const ofDataset = useStore(usePage().lab.dataset, (state) =>
    state.status === "none" || state.inUse === null ? true : state.inUse.reading.answerKey.size > 0,
  );
  return ofRun ?? ofDataset;
}
