import type { Recipe } from "../../store/run/exports.ts";

/** What the page calls the trainers of recipes. */
export const TRAINERS: Readonly<Record<Recipe, string>> = {
  trl: "TRL",
  verl: "verl",
  ttrl: "Authors' code",
};
