/** The expression family: the same chains written as one expression. Never trained on, it shows transfer. */
import { chainExpression, type Chain } from "./chain.ts";

/** The chain as an instruction, e.g. `Compute (27+36-44)*2-26`. */
export function expressionPrompt(chain: Chain): string {
  return `Compute ${chainExpression(chain)}`;
}
