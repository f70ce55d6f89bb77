/** The method of one run: its settings, and every hook with a default. */
import type { CoreConfig } from "../config/coreFields.ts";
import type { Hooks } from "./hooks.ts";

/** Hooks of which all variants' apply, in their order. */
type Chained = "reshapeRewards" | "reshapeAdvantages" | "afterUpdate" | "measure";

type ChainedHooks = { readonly [Name in Chained]: readonly NonNullable<Hooks[Name]>[] };

export interface Method extends Required<Omit<Hooks, Chained>>, ChainedHooks {
  readonly settings: CoreConfig;
  /** True when the run keeps a reference model: for KL, or for a companion that is compared with it. */
  readonly keepsReference: boolean;
  /** Names of the metrics that the variants declare: null in a step that does not measure them. */
  readonly metricNames: readonly string[];
}
