/** The method of one run: its settings, and every hook with a default. */
import type { CoreConfig } from "../config/coreFields.ts";
import type { Estimator, Hooks, Voters } from "./hooks.ts";

export interface Method {
  readonly settings: CoreConfig;
  readonly voters: Voters;
  readonly needsInitialVotes: boolean;
  readonly learnsFromTruth: boolean;
  readonly abstains: NonNullable<Hooks["abstains"]>;
  readonly rewardRule: NonNullable<Hooks["rewardRule"]>;
  readonly reshapeRewards: readonly NonNullable<Hooks["reshapeRewards"]>[];
  readonly rewardedToken: NonNullable<Hooks["rewardedToken"]>;
  readonly estimator: Estimator;
  readonly reshapeAdvantages: readonly NonNullable<Hooks["reshapeAdvantages"]>[];
  readonly trainsPolicy: NonNullable<Hooks["trainsPolicy"]>;
  readonly afterUpdate: readonly NonNullable<Hooks["afterUpdate"]>[];
  readonly earlyStop: NonNullable<Hooks["earlyStop"]>;
  readonly measure: readonly NonNullable<Hooks["measure"]>[];
  /** True when the run keeps a reference model: for KL, or for a companion that is compared with it. */
  readonly keepsReference: boolean;
  readonly dropsEpochRest: boolean;
  readonly scheduleLag: number;
  /** Names of the metrics that the variants declare: null in a step that does not measure them. */
  readonly metricNames: readonly string[];
}
