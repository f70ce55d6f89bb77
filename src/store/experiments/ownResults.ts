/** What this browser has measured of the experiments: cells like those of the committed results, kept beyond the tab. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { seedsOf, subjectOf, type Experiment } from "../../experiments/experiment.ts";
import type { ResultCell } from "../../experiments/result.ts";
import { messageOf } from "../setup/catalogue.ts";

/** Cells with the definition they were measured under. */
export interface KeptCells {
  readonly definition: Experiment;
  readonly cells: readonly ResultCell[];
}

/** Where cells outlive the tab, by the name of their experiment. */
export interface Shelf {
  load(): Promise<readonly KeptCells[]>;
  save(kept: KeptCells): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Cells by the name of their experiment, in the order in which they were measured. */
export type OwnResults = Readonly<Record<string, readonly ResultCell[]>>;

export interface OwnResultsStore extends StoreApi<OwnResults> {
  /** Takes what the shelf has of these experiments, as far as it was measured as they are defined now. */
  restore(experiments: readonly Experiment[]): Promise<void>;
  /** Adds a cell; one of the same variant and seed gives way to it. */
  keep(experiment: Experiment, cell: ResultCell): void;
  /** Throws the cells of an experiment away. */
  forget(name: string): void;
}

/** Creates the store, empty. `tell` is called with what the shelf could not do. */
export function createOwnResultsStore(shelf: Shelf, tell: (problem: string) => void): OwnResultsStore {
  const store = createStore<OwnResults>(() => ({}));
  const attempt = (work: Promise<void>): void =>
    void work.catch((error: unknown) =>
      tell(`Results of experiments cannot be kept beyond this tab (${messageOf(error)}).`),
    );
  return {
    ...store,
    async restore(experiments) {
      // A browser without storage has kept nothing; that it keeps nothing is said when there is something to keep.
      const shelved = await shelf.load().catch(() => []);
      const valid = shelved.flatMap((kept) => {
        const experiment = experiments.find(({ name }) => name === kept.definition.name);
        return experiment === undefined ? [] : [[experiment.name, validCells(kept, experiment)] as const];
      });
      store.setState((own) => ({ ...Object.fromEntries(valid), ...own }), true);
    },
    keep(experiment, cell) {
      const { name } = experiment;
      const others = cellsOf(store.getState(), name).filter((other) => !isSameJob(other, cell));
      const cells = [...others, cell];
      store.setState({ [name]: cells });
      attempt(shelf.save({ definition: experiment, cells }));
    },
    forget(name) {
      store.setState({ [name]: [] });
      attempt(shelf.remove(name));
    },
  };
}

/** The cells of an experiment. */
export function cellsOf(own: OwnResults, name: string): readonly ResultCell[] {
  return own[name] ?? NONE;
}

const NONE: readonly ResultCell[] = [];

type Job = Pick<ResultCell, "variant" | "seed">;

function isSameJob(a: Job, b: Job): boolean {
  return a.variant === b.variant && a.seed === b.seed;
}

/** The cells that a run of the experiment as it is now would measure in the same way. */
function validCells({ definition, cells }: KeptCells, experiment: Experiment): readonly ResultCell[] {
  return cells.filter((cell) => {
    const before = measuredAs(definition, cell);
    return before !== null && before === measuredAs(experiment, cell);
  });
}

/** All that a cell's numbers depend on, in a text; null when the experiment has no such cell. */
function measuredAs(experiment: Experiment, { variant: name, seed }: Job): string | null {
  const variant = experiment.variants.find((candidate) => candidate.name === name);
  if (variant === undefined || !seedsOf(experiment, variant).includes(seed)) return null;
  const { model, dataset, level, config } = subjectOf(experiment, variant);
  const settings = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([model, dataset, level, settings, experiment.evaluate, experiment.initialVotes]);
}
