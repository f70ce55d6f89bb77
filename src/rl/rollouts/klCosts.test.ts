import { expect, test } from "vitest";
import { klEstimates } from "./klCosts.ts";

// The policy gives the token e^-1, the initial model e^-3: d = -2. Then the same the other way round: d = 2.
test("KL estimates are Schulman's k1, k2 and k3", () => {
  const [policy, initial] = [Float32Array.of(-1, -3), Float32Array.of(-3, -1)];
  expect([...klEstimates(policy, initial, "k1")]).toEqual([2, -2]);
  expect([...klEstimates(policy, initial, "k2")]).toEqual([2, 2]);
  expect([...klEstimates(policy, initial, "k3")]).toEqual([Math.exp(-2) + 1, Math.exp(2) - 3]);
  expect([...klEstimates(policy, policy, "k3")]).toEqual([0, 0]);
});
