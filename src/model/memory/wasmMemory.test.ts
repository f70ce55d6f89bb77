/** The plan of the WASM kernels against what the memory grows to. */
import { it } from "vitest";
import { expectPlanned } from "./measured/fixture.ts";

it("plans what a run with KL on WASM takes", () => expectPlanned(null));
