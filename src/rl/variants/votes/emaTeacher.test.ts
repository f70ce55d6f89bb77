import { describe, expect, test } from "vitest";
import { teacherDecayAt, teacherVoters } from "./emaTeacher.ts";

describe("who votes", () => {
  const counts = { votesPerQuestion: 64, rolloutsPerQuestion: 32 };
  test.each([
    [0, { drawn: 64, voters: 64, others: 0 }],
    [0.25, { drawn: 48, voters: 48, others: 16 }],
    [1, { drawn: 32, voters: 0, others: 64 }], // the policy is trained on responses that did not vote
  ])("with a teacher's share of %d", (teacherShare, expected) => {
    expect(teacherVoters({ ...counts, teacherShare })).toMatchObject(expected);
  });
});

describe("the teacher's decay", () => {
  test("is held", () => {
    expect(teacherDecayAt(7, { teacherDecay: 0.99, teacherDecayEnd: 0, steps: 10 })).toBe(0.99);
  });

  // 0.5 + 0.4 (1 - cos(pi t / T)) / 2: halfway at half the steps.
  test("rises along a half cosine to its end", () => {
    const rising = { teacherDecay: 0.5, teacherDecayEnd: 0.9, steps: 4 };
    expect(teacherDecayAt(2, rising)).toBeCloseTo(0.7, 15);
    expect(teacherDecayAt(4, rising)).toBeCloseTo(0.9, 15);
    expect(teacherDecayAt(1, rising)).toBeCloseTo(0.7 - 0.2 * Math.SQRT1_2, 15);
  });
});
