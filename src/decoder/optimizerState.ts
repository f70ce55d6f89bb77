/** What later optimizer steps depend on beside the weights, on the host and in Hugging Face's layout. */
import type { HostParameter } from "./hostParameter.ts";

export interface OptimizerState {
  readonly updates: number;
  readonly firstMoments: ReadonlyMap<string, HostParameter>;
  readonly secondMoments: ReadonlyMap<string, HostParameter>;
}
