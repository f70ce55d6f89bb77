import { expect, test } from "vitest";
import { groupOf } from "../../store/fixture.ts";
import { filterChoices, isWrongMajority } from "./filters.ts";

const right = groupOf("6", "right");
const wrong = groupOf("8", "wrong");
const unknown = { ...groupOf(null, "unknown"), majorityRatio: 0.25 };
const unanimous = { ...groupOf("6", "unanimous"), majorityRatio: 1 };
const unanswered = { ...groupOf("6", "unanswered"), pseudoLabel: null, majorityRatio: 0, histogram: [] };

test("a majority is wrong only with ground truth and a pseudo-label", () => {
  expect([right, wrong, unknown, unanswered].map(isWrongMajority)).toEqual([false, true, null, null]);
});

test("filters select questions by their votes", () => {
  const shown = filterChoices([right, wrong, unknown, unanimous], true).map(({ label, groups }) => [
    label,
    groups.map(({ question }) => question.id),
  ]);
  expect(shown).toEqual([
    ["All", ["right", "wrong", "unknown", "unanimous"]],
    ["Wrong majority", ["wrong"]],
    ["Split votes", ["unknown"]],
    ["Unanimous", ["unanimous"]],
  ]);
});

test("without ground truth wrong majorities cannot be filtered", () => {
  expect(filterChoices([unknown], false).map(({ filter }) => filter)).toEqual(["all", "split", "unanimous"]);
});
