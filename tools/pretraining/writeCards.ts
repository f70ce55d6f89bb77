/**
 * Evaluates the embedded models; writes their model cards and public/models/index.json.
 *   npm run cards -- [name ...]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../../cli/backend.ts";
import { readDatasetText } from "../../src/data/dataset.ts";
import { readModelFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { bootstrapInterval } from "../../src/math/stats.ts";
import { readLanguageModel } from "../../src/model/language/languageModel.ts";
import { parameterCount } from "../../src/model/weights/parameters.ts";
import { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { TfPolicy } from "../../src/model/tfjs/tfPolicy.ts";
import { DEFAULT_CONFIG } from "../../src/rl/ttrlConfig.ts";
import { evaluateStudy } from "../../src/rl/metrics/studyRun.ts";
import { byLevel, type Evaluation } from "../../src/rl/metrics/metrics.ts";
import {
  DOCUMENTS_PER_STEP,
  LADDER,
  PRETRAIN_OPTIMIZER,
  PROMPT_WEIGHT,
  type Rung,
  type StageLog,
} from "./ladder.ts";

const MODELS = "public/models";
const DATASETS = ["word", "word-heldout", "expression", "choice"] as const;
/** The sampling settings of the paper's evaluation and of the default votes. */
const SETTINGS = [
  { temperature: 0.6, topP: 0.95 },
  { temperature: 1, topP: 1 },
] as const;
const SAMPLES = 64;

interface Measured {
  readonly dataset: string;
  readonly evaluation: Evaluation;
}

async function measure(model: TfModel): Promise<Measured[]> {
  const policy = new TfPolicy(model, { reference: null, optimizer: null });
  const measured: Measured[] = [];
  for (const dataset of DATASETS) {
    const file = `${dataset}.json`;
    const study = await readDatasetText(file, readFileSync(join("public/datasets", file), "utf8"));
    for (const { temperature, topP } of SETTINGS) {
      const config = { ...DEFAULT_CONFIG, evaluationTemperature: temperature, evaluationTopP: topP };
      const evaluation = await evaluateStudy(policy, study, config, { step: 0, samples: SAMPLES });
      measured.push({ dataset, evaluation });
    }
  }
  await policy.dispose();
  return measured;
}

const percent = (value: number | null): string => (value === null ? "-" : (100 * value).toFixed(1));

function resultRow({ dataset, evaluation }: Measured): string {
  const interval = bootstrapInterval(evaluation.questions.map(({ passAt1 }) => passAt1 ?? 0)).map(percent);
  const levels = byLevel(evaluation).map(({ passAt1, majAtN }) => `${percent(passAt1)} / ${percent(majAtN)}`);
  const setting = `T ${evaluation.temperature}, top-p ${evaluation.topP}`;
  const overall = `${percent(evaluation.passAt1)} [${interval.join(", ")}] | ${percent(evaluation.majAtN)}`;
  return `| ${dataset} | ${setting} | ${overall} | ${levels.join(" | ")} |`;
}

function card(rung: Rung, stages: readonly StageLog[], measured: readonly Measured[]): string {
  const { config } = rung;
  const shares = (mix: Readonly<Record<string, number>>): string =>
    Object.entries(mix)
      .map(([name, share]) => `${name} ${share}`)
      .join(", ");
  return `---
license: apache-2.0
library_name: transformers
tags: [ttrl, arithmetic, toy]
---
# ${rung.title}

A Llama decoder of ${parameterCount(config).toLocaleString("en")} parameters (${config.layers} layers, width ${config.width}, ${config.heads} heads, SwiGLU ${config.hiddenWidth}, vocabulary ${config.vocabulary}, tied head)
that does short chains of whole-number arithmetic. It was made to be improved: it can work an answer out step by step,
but has the habit of answering at once, which is usually wrong. Test-time reinforcement learning unlearns the habit
without labels. It knows nothing else: no other mathematics, no other language.

## Training

Trained from random weights (seed ${rung.seed}) on generated text only, by \`npm run pretrain -- ${rung.name}\`. AdamW, betas ${PRETRAIN_OPTIMIZER.beta1} and ${PRETRAIN_OPTIMIZER.beta2},
weight decay ${PRETRAIN_OPTIMIZER.weightDecay}, ${DOCUMENTS_PER_STEP} documents a step, gradient clip ${PRETRAIN_OPTIMIZER.gradientClip}, prompt tokens weighted ${PROMPT_WEIGHT}, warm-up of 100 steps, cosine to a tenth.

| phase | documents | tokens | corpus seed | peak learning rate | final response loss (nats a token) |
|---|---|---|---|---|---|
${stages.map((stage) => `| ${stage.stage} | ${stage.documents.toLocaleString("en")} | ${stage.tokens.toLocaleString("en")} | ${stage.seed} | ${stage.learningRate} | ${stage.responseLoss.toFixed(3)} |`).join("\n")}

${rung.stages.map((stage) => `- ${stage.name}: families ${shares(stage.mix.families)}; levels ${shares(stage.mix.levels)}; solutions ${shares(stage.mix.styles)}.`).join("\n")}

Careful solutions are right, sloppy ones slip on three steps in ten, direct ones are the bare boxed answer. Documents
have at most some 140 tokens; the configuration allows 2048 positions so that longer questions can be asked, not because
they were trained. No question of the four data sets is in the corpus (\`npx tsx tools/pretraining/checkCorpus.ts\`); the arithmetic of short ones does occur under
other wordings (27% of one-step documents, almost none from two steps on).

## Before test-time training

${SAMPLES} samples a question, 200 questions a data set; pass@1 with its 95% bootstrap interval over questions, Maj@${SAMPLES}, and
pass@1 / Maj@${SAMPLES} by level, in percent.

| data set | sampling | pass@1 | Maj@${SAMPLES} | L1 | L2 | L3 | L4 | L5 |
|---|---|---|---|---|---|---|---|---|
${measured.map(resultRow).join("\n")}
`;
}

/** The models of the ladder that have been trained. */
const shipped = LADDER.filter(({ name }) => existsSync(join(MODELS, name, "model.safetensors")));

async function writeCard(rung: Rung): Promise<void> {
  const folder = join(MODELS, rung.name);
  const names = readdirSync(folder);
  const content = await readModelFolder(
    new Map(names.map((file) => [file, readFileSync(join(folder, file))])),
  );
  const model = new TfModel(readLanguageModel(content), content.weights);
  const stages = JSON.parse(readFileSync(join(folder, "pretraining.json"), "utf8")) as StageLog[]; // committed file
  const measured = await measure(model);
  writeFileSync(join(folder, "README.md"), card(rung, stages, measured));
  for (const line of measured.map(resultRow)) console.log(rung.name, line);
}

const wanted = process.argv.slice(2);
await startBackend("wasm");
for (const rung of shipped) if (wanted.length === 0 || wanted.includes(rung.name)) await writeCard(rung);
const index = shipped.map(({ name, title, description, config }) => ({
  name,
  title,
  description,
  parameters: parameterCount(config),
}));
writeFileSync(join(MODELS, "index.json"), `${JSON.stringify(index, null, 2)}\n`);
process.exit(0);
