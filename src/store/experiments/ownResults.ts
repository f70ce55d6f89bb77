/** Results of experiments run in this browser: cells like those of the committed results, stored across visits. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { seedsOf, subjectOf, type Experiment } from "../../experiments/experiment.ts";
import type { ResultCell } from "../../experiments/result.ts";
import { messageOf } from "../setup/catalogue.ts";

/** Cells of an experiment with its definition when they were run. */
export interface KeptCells {
  readonly definition: Experiment;
  readonly cells: readonly ResultCell[];
}

/** Stores cells by the name of their experiment. */
export interface ResultStorage {
  load(): Promise<readonly KeptCells[]>;
  save(kept: KeptCells): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Cells by the name of their experiment, in the order in which they were run. */
export type OwnResults = Readonly<Record<string, readonly ResultCell[]>>;

export interface OwnResultsStore extends StoreApi<OwnResults> {
  /** Loads the stored cells of these experiments that a run of their present definitions would reproduce. */
  restore(experiments: readonly Experiment[]): Promise<void>;
  /** Adds a cell, in place of one of the same variant and seed. */
  keep(experiment: Experiment, cell: ResultCell): void;
  /** Deletes the cells of an experiment. */
  forget(name: string): void;
}

/** Creates the store, empty. `onProblem` is called with a sentence where saving or deleting fails. */
export function createOwnResultsStore(
  storage: ResultStorage,
  onProblem: (problem: string) => void,
): OwnResultsStore {
  const store = createStore<OwnResults>(() => ({}));
  const attempt = (work: Promise<void>): void =>
    void work.catch((error: unknown) =>
      onProblem(`Results of experiments cannot be stored in this browser (${messageOf(error)}).`),
    );
  return {
    ...store,
    async restore(experiments) {
      // A browser without storage has nothing to load; a failure is reported when there is something to save.
      const stored = await storage.load().catch(() => []);
      const valid = stored.flatMap((kept) => {
        const experiment = experiments.find(({ name }) => name === kept.definition.name);
        return experiment === undefined
          ? []
          : [[experiment.name, reproducibleCells(kept, experiment)] as const];
      });
      store.setState((own) => ({ ...Object.fromEntries(valid), ...own }), true);
    },
    keep(experiment, cell) {
      const { name } = experiment;
      const others = cellsOf(store.getState(), name).filter((other) => !isSameJob(other, cell));
      const cells = [...others, cell];
      store.setState({ [name]: cells });
      attempt(storage.save({ definition: experiment, cells }));
    },
    forget(name) {
      store.setState({ [name]: [] });
      attempt(storage.remove(name));
    },
  };
}

/** Returns the cells of an experiment. */
export function cellsOf(own: OwnResults, name: string): readonly ResultCell[] {
  return own[name] ?? NONE;
}

const NONE: readonly ResultCell[] = [];

type Job = Pick<ResultCell, "variant" | "seed">;

function isSameJob(a: Job, b: Job): boolean {
  return a.variant === b.variant && a.seed === b.seed;
}

/** Returns the cells that a run of the present definition would reproduce. */
function reproducibleCells({ definition, cells }: KeptCells, experiment: Experiment): readonly ResultCell[] {
  return cells.filter((cell) => {
    const before = determinants(definition, cell);
    return before !== null && before === determinants(experiment, cell);
  });
}

/** Serializes what determines the values of a cell; null where the experiment has no such cell. */
function determinants(experiment: Experiment, { variant: name, seed }: Job): string | null {
  const variant = experiment.variants.find((candidate) => candidate.name === name);
  if (variant === undefined || !seedsOf(experiment, variant).includes(seed)) return null;
  const { model, dataset, level, config } = subjectOf(experiment, variant);
  const settings = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([model, dataset, level, settings, experiment.evaluate, experiment.initialVotes]);
}
