import { expect, test } from "vitest";
import { usualTeams } from "./variants.ts";

test("lets more invocations share a row the larger the vocabulary", () => {
  const teams = [464, 512, 32_000, 49_152, 151_936].map((vocabulary) => usualTeams({ vocabulary }).sample);
  expect(teams).toEqual([1, 1, 64, 256, 256]);
});
