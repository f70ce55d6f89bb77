// Trains the embedded model for ten steps without labels and prints the pass@1 curve. Runs in Node and in a browser.
import {
  configFrom,
  embeddedDataset,
  embeddedModel,
  fitStudy,
  openModel,
  openRun,
  readLanguageModel,
  startBackend,
  trainingRun,
} from "ttrl-lab";

const config = configFrom({
  steps: 10,
  learningRate: 5e-4,
  votesPerQuestion: 32,
  rolloutsPerQuestion: 16,
  evaluateEvery: 2,
  evaluationQuestions: 40,
  evaluationSamples: 4,
  initialSamples: 4,
});

const { texts, weights } = await openModel(await embeddedModel());
const model = readLanguageModel(texts);
const dataset = await embeddedDataset();
const { study } = fitStudy(model, dataset.study, config.maxResponseTokens);

const backend = await startBackend("wasm");
const { models } = await openRun({ model, weights, config }, study.questions, backend);
for await (const event of trainingRun({ models, config, own: { name: dataset.name, study } })) {
  if (event.type !== "evaluated") continue;
  const { step, passAt1 } = event.evaluation;
  console.log(`step ${step}: pass@1 ${(100 * passAt1).toFixed(1)}%`);
}
await models.dispose();
