/** State of the optimizer besides the weights, on the host and in Hugging Face's layout. */
import type { Tensor } from "../math/tensor.ts";

export interface OptimizerState {
  readonly updates: number;
  readonly firstMoments: ReadonlyMap<string, Tensor>;
  readonly secondMoments: ReadonlyMap<string, Tensor>;
}
