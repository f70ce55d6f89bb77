/** The embedded models: their sizes and how each was trained. `npm run pretrain -- <name>` repeats it. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import { HABIT_MIX, SKILL_MIX, type Mix } from "../../src/tasks/corpus.ts";

/** One phase of pretraining: fresh documents of a mix, learning rate warm-up, then a cosine down to a tenth. */
export interface Stage {
  readonly name: string;
  readonly mix: Mix;
  readonly documents: number;
  readonly seed: number;
  readonly learningRate: number;
}

/** An embedded model. */
export interface Rung {
  readonly name: string;
  readonly title: string;
  /** One sentence for the list of models. */
  readonly description: string;
  readonly config: ModelConfig;
  readonly seed: number;
  readonly stages: readonly Stage[];
}

/** Documents of one optimizer step. */
export const DOCUMENTS_PER_STEP = 32;

/** Weight of a prompt token in the loss; a response token weighs 1. */
export const PROMPT_WEIGHT = 0.1;

/** AdamW of all stages. */
export const PRETRAIN_OPTIMIZER = { beta1: 0.9, beta2: 0.98, weightDecay: 0.05, gradientClip: 1 } as const;

function decoder(width: number, heads: number, hiddenWidth: number): ModelConfig {
  return {
    architecture: "llama",
    width,
    layers: 4,
    heads,
    kvHeads: heads,
    headDim: width / heads,
    hiddenWidth,
    vocabulary: 464,
    maxPositions: 2048,
    ropeTheta: 10_000,
    ropeScaling: null,
    normEpsilon: 1e-5,
    tied: true,
    qkvBias: false,
    qkNorm: false,
    eosTokens: [2],
  };
}

function stages(skill: number, skillRate: number, habit: number, habitRate: number): Stage[] {
  return [
    { name: "skill", mix: SKILL_MIX, documents: skill, seed: 7, learningRate: skillRate },
    { name: "habit", mix: HABIT_MIX, documents: habit, seed: 8, learningRate: habitRate },
  ];
}

/** The first one is what one click runs. */
export const LADDER: readonly Rung[] = [
  {
    name: "abacus-0.2M",
    title: "Abacus 0.2M",
    description: "The demo: can calculate step by step, but mostly answers at once.",
    config: decoder(64, 4, 160),
    seed: 1,
    stages: stages(400_000, 2.5e-3, 60_000, 1.2e-3),
  },
  {
    name: "abacus-0.1M",
    title: "Abacus 0.1M",
    description: "The smallest: the same habit, less skill, half the time a step.",
    config: decoder(48, 4, 128),
    seed: 1,
    stages: stages(320_000, 3e-3, 60_000, 1.2e-3),
  },
  {
    name: "abacus-0.5M",
    title: "Abacus 0.5M",
    description: "The largest: more skill to uncover, twice the time a step.",
    config: decoder(96, 6, 256),
    seed: 1,
    stages: stages(200_000, 2e-3, 60_000, 1e-3),
  },
];
