/** The same under an adapter, in a memory of its own. */
import { it } from "vitest";
import { TARGET_MODULES } from "../weights/adapter.ts";
import { expectPlanned } from "./measured/fixture.ts";

it("plans what a run with KL takes that trains an adapter on WASM", () =>
  expectPlanned({ rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES }));
