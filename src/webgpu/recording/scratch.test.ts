import { expect, test } from "vitest";
import { planScratch } from "./scratch.ts";

const result = (bytes: number) => ({ bytes });
const [a, b, c, d] = [result(100), result(40), result(90), result(50)] as const;

test("results that are never needed together share a buffer, the one nearest in size", () => {
  const { indexOf, sizes } = planScratch([[a, b], [b], [c, d]]);
  expect(indexOf.get(c)).toBe(indexOf.get(a));
  expect(indexOf.get(d)).toBe(indexOf.get(b));
  expect(sizes).toEqual([100, 50]);
});

test("results that one step uses together never share a buffer", () => {
  const { indexOf, sizes } = planScratch([
    [a, b],
    [b, c],
    [c, d],
    [d, a],
  ]);
  expect(new Set([indexOf.get(a), indexOf.get(b), indexOf.get(c)]).size).toBe(3); // a is needed to the end
  expect(indexOf.get(d)).toBe(indexOf.get(b));
  expect(sizes).toEqual([100, 90, 50]);
});

test("a small result leaves the larger buffer to a larger one, whichever comes first", () => {
  const { sizes } = planScratch([[b], [c, d], [a]]);
  expect(sizes).toEqual([100, 50]); // b does not make a buffer of its own, nor does c
});
