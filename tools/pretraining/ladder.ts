/** The embedded models: sizes and training settings. `npm run pretrain -- <name>` trains one. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import { HABIT_MIX, SKILL_MIX, type Mix } from "../../src/tasks/corpus.ts";

/** A phase of pretraining on generated documents of a mix; the learning rate warms up, then decays by a cosine to a tenth. */
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

/** The log of a stage in pretraining.json. */
export interface StageLog extends Omit<Stage, "name"> {
  readonly stage: string;
  readonly tokens: number;
  readonly responseLoss: number;
  readonly seconds: number;
}

/** Documents of one optimizer step. */
export const DOCUMENTS_PER_STEP = 32;

/** Loss weight of a prompt token; a response token has weight 1. */
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
    outputBias: false,
    mlpBias: false,
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

/** The first is the page's default. */
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
