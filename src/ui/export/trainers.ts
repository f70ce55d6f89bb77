import type { Recipe } from "../../store/run/exports.ts";

/** Names of the trainers that recipes support. */
export const TRAINERS: Readonly<Record<Recipe, string>> = {
  trl: "TRL",
  verl: "verl",
  ttrl: "Authors' code",
};
