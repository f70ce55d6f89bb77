/** The same with layers computed again, in a memory of its own. */
import { it } from "vitest";
import { DEFAULT_BUDGET } from "../contracts/memoryBudget.ts";
import { expectPlanned } from "./measured/fixture.ts";

it("plans what a run with KL on WASM takes that computes layers again", () =>
  expectPlanned(null, { ...DEFAULT_BUDGET, recompute: true }));
