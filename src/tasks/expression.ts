/** The expression family: chains written as one expression. */
import { chainExpression, type Chain } from "./chain.ts";

/** Returns the prompt, e.g. `Compute (27+36-44)*2-26`. */
export function expressionPrompt(chain: Chain): string {
  return `Compute ${chainExpression(chain)}`;
}
