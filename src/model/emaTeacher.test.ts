import { beforeAll, expect, test } from "vitest";
import { useImplementation } from "../ops/testBackend.ts";
import { tinyFolder } from "./fixture.ts";
import { EmaTeacher } from "./emaTeacher.ts";
import { readLanguageModel } from "./language/languageModel.ts";
import { TfModel } from "./tfjs/tfModel.ts";
import { TfPolicy } from "./tfjs/tfPolicy.ts";

beforeAll(() => useImplementation("stock operations on wasm"));

const SAMPLING = { count: 4, temperature: 1, topP: 1, maxResponseTokens: 12 };
const REQUESTS = [{ prompt: "2+2=", seed: 1 }];

test("an EMA teacher moves towards the policy by 1 - decay, and samples from its own weights", async () => {
  const [first, second] = [tinyFolder(1), tinyFolder(2)];
  const model = readLanguageModel(first);
  const begin = { reference: null, optimizer: null };
  const leader = new TfPolicy(new TfModel(model, second.weights), begin);
  const teacher = leader.createPolicy({ ...begin, weights: first.weights });
  const emaTeacher = new EmaTeacher(leader, teacher);
  const before = await emaTeacher.sample(REQUESTS, SAMPLING);
  await emaTeacher.follow(0.75);
  await emaTeacher.follow(0.75);
  // 0.75² = 0.5625 of its own weights are left; float32 rounds twice.
  for (const [name, { data }] of await emaTeacher.weights()) {
    const [own, others] = [first.weights.get(name)!.data, second.weights.get(name)!.data];
    for (const [i, value] of data.entries())
      expect(Math.abs(value - (0.5625 * own[i]! + 0.4375 * others[i]!))).toBeLessThan(1e-6);
  }
  expect(await emaTeacher.sample(REQUESTS, SAMPLING)).not.toEqual(before);
  expect(await leader.weights()).toEqual(new Map(second.weights)); // not moved
  await emaTeacher.dispose();
  await leader.dispose();
});
