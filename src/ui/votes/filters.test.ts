import { expect, test } from "vitest";
import { groupOf } from "../../store/fixture.ts";
import { filterChoices, isWrongMajority } from "./filters.ts";

const right = groupOf("6", "right");
const wrong = groupOf("8", "wrong");
const unknown = { ...groupOf(null, "unknown"), majorityRatio: 0.25 };
const unanimous = { ...groupOf("6", "unanimous"), majorityRatio: 1 };
const silent = { ...groupOf("6", "silent"), pseudoLabel: null, majorityRatio: 0, histogram: [] };

test("a majority is wrong only where the truth is known and there is a vote", () => {
  expect([right, wrong, unknown, silent].map(isWrongMajority)).toEqual([false, true, null, null]);
});

test("filters show the questions that need a look", () => {
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

test("without answers no majority can be called wrong", () => {
  expect(filterChoices([unknown], false).map(({ filter }) => filter)).toEqual(["all", "split", "unanimous"]);
});
