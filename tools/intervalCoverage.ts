/**
 * Simulates how often the interval of the experiments' tables holds the true mean, and prints
 * the table in docs/experiments/README.md: `npx tsx tools/intervalCoverage.ts [trials]`.
 */
import { pathToFileURL } from "node:url";
import { crossedInterval } from "../src/experiments/interval.ts";
import { mean } from "../src/math/stats.ts";
import { createRandom, type Random } from "../src/math/random.ts";

/** A population of seeds and questions, whose outcomes are averages of `samples` right or wrong responses. */
export interface Population {
  readonly seeds: number;
  readonly questions: number;
  readonly samples: number;
  /** Mean and standard deviations, in log-odds, of a response's chance over seeds, over questions and of their interaction. */
  readonly centre: number;
  readonly overSeeds: number;
  readonly overQuestions: number;
  readonly interaction: number;
}

type Values = readonly (readonly number[])[];

/** Returns the share of `trials` experiments [seeds, questions] whose interval holds the mean of the population. */
export function coverage(
  population: Population,
  interval: (values: Values) => readonly [number, number],
  trials: number,
): number {
  const truth = populationMean(population);
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const [low, high] = interval(drawn(population, createRandom(7, trial)));
    if (low <= truth && truth <= high) held += 1;
  }
  return held / trials;
}

/** The mean over 400,000 pairs of a seed and a question; its own error is below 0.001. */
function populationMean({ centre, overSeeds, overQuestions, interaction }: Population): number {
  const random = createRandom(11);
  const spread = Math.hypot(overSeeds, overQuestions, interaction);
  return mean(Array.from({ length: 400_000 }, () => chance(centre + spread * random.normal())));
}

function drawn(population: Population, random: Random): Values {
  const { centre, overSeeds, overQuestions, interaction, samples } = population;
  const questions = Array.from({ length: population.questions }, () => overQuestions * random.normal());
  return Array.from({ length: population.seeds }, () => {
    const seed = centre + overSeeds * random.normal();
    return questions.map((question) => {
      const right = chance(seed + question + interaction * random.normal());
      let count = 0;
      for (let sample = 0; sample < samples; sample++) if (random.uniform() < right) count += 1;
      return count / samples;
    });
  });
}

function chance(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Where most of the variance of the mean comes from, and deviations in log-odds that make it so. */
const SPREADS = {
  "the questions": { overSeeds: 0.02, overQuestions: 2 },
  both: { overSeeds: 0.15, overQuestions: 2 },
  "the seeds": { overSeeds: 0.6, overQuestions: 1 },
} as const;

/** Simulated populations: like the experiments', 200 questions with 8 samples each, means near 50 and 90%. */
export const POPULATIONS = [3, 5].flatMap((seeds) =>
  Object.entries(SPREADS).flatMap(([spread, sizes]) =>
    [0, 2.5].map((centre) => ({
      spread,
      population: { seeds, questions: 200, samples: 8, centre, interaction: 0.5, ...sizes },
    })),
  ),
);

function print(trials: number): void {
  console.log("| seeds | spread mostly over | mean | held |\n| --- | --- | --- | --- |");
  for (const { spread, population } of POPULATIONS) {
    const percent = (share: number): string => (100 * share).toFixed(1);
    const held = percent(coverage(population, crossedInterval, trials));
    const centre = percent(populationMean(population));
    console.log(`| ${population.seeds} | ${spread} | ${centre} | ${held} |`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) print(Number(process.argv[2] ?? 2000));
