/** What a companion of the policy does in a step: it scores tokens before they are judged, and learns from what came of it. */
import type { CompanionMetrics } from "../metrics/companionMetrics.ts";
import type { Judged } from "../judge.ts";
import type { OnProgress } from "../contracts/policy.ts";
import type { TokenTable } from "../contracts/tokenTable.ts";

/** A companion's part of one step. */
export interface CompanionTurn {
  /** What it says of each token of the kept responses. */
  readonly scores: TokenTable;
  /** Its updates. */
  learn(judged: Judged, onProgress: OnProgress): Promise<Partial<CompanionMetrics>>;
}
