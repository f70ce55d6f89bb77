/** What every component can reach: the lab's stores, and what this page alone shows or hides. */
import { createContext, use } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { MetricName } from "../rl/metrics/metrics.ts";
import type { Lab } from "../store/lab.ts";
import { isBusy } from "../store/experiments/experimentRunner.ts";
import type { RunRecord } from "../store/run/record.ts";
import { isUnderWay, type RunState } from "../store/run/run.ts";
import type { Settings } from "../store/setup/settings.ts";

/** What is open: definitions of some metrics (or all), the keyboard's sheet, or nothing. */
export type OpenDialog =
  | { readonly kind: "metrics"; readonly metrics: readonly MetricName[] | "all" }
  | { readonly kind: "shortcuts" }
  | { readonly kind: "hub" };

/** What the user looks at; nothing here changes a run. */
export interface View {
  readonly dialog: OpenDialog | null;
  /** Step whose votes are shown; null follows the latest. */
  readonly votesStep: number | null;
  /** Weight of the past in smoothed curves, [0, 1). */
  readonly smoothing: number;
  /** Null leaves it to the page: open before a run, closed during one. */
  readonly isSetupOpen: boolean | null;
  readonly isIntroOpen: boolean | null;
  readonly hasShortcuts: boolean;
  /** Name of the experiment that is open. */
  readonly openExperiment: string | null;
}

/** Creates the view's store. */
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

/** The page's stores. */
export function usePage(): Page {
  const page = use(PageContext);
  if (page === null) throw new Error("a component is used outside <PageProvider>");
  return page;
}

/** Something of the run, up to date to the frame. */
export function useRun<T>(select: (state: RunState) => T): T {
  return useStore(usePage().lab.run, select);
}

/** Something of the run at chart pace, twice a second. */
export function usePacedRun<T>(select: (state: RunState) => T): T {
  return useStore(usePage().lab.pacedRun, select);
}

/** The record of the run at chart pace; null before the first run. */
export function usePacedRecord(): RunRecord | null {
  return usePacedRun((state) => (state.status === "idle" ? null : state.record));
}

export function useSettings<T>(select: (settings: Settings) => T): T {
  return useStore(usePage().lab.settings, select);
}

export function useView<T>(select: (view: View) => T): T {
  return useStore(usePage().view, select);
}

/** Whether the set-up belongs to a run under way, or to a queue of them that begins the next in a moment. */
export function useIsLocked(): boolean {
  const isRunning = useRun(isUnderWay);
  const hasQueue = useStore(usePage().lab.experiments.runner, isBusy);
  return isRunning || hasQueue;
}

/** Whether the truth is known: of the run on show, else of the data set that is set up. */
export function useHasAnswers(): boolean {
  const ofRun = usePacedRun((state) =>
    state.status === "idle" ? null : state.record.setup.study.answers > 0,
  );
  const ofDataset = useStore(usePage().lab.dataset, (state) =>
    state.status === "none" || state.inUse === null ? true : state.inUse.reading.answerKey.size > 0,
  );
  return ofRun ?? ofDataset;
}
