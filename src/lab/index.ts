/** The public API of the package on every platform. `cli/library.ts` and `src/worker/browser/library.ts` add the platforms' own. */
export {
  readDataset,
  readDatasetText,
  type DatasetFile,
  type DatasetOptions,
  type DatasetReading,
} from "../data/dataset.ts";
export { blobSource, bytesSource, type ByteSource } from "../formats/byteSource.ts";
export { wholeFile, type Streamed } from "../formats/streamed.ts";
export { readLanguageModel, type LanguageModel } from "../model/language/languageModel.ts";
export type { BackendChoice, BackendReport } from "../report/backend.ts";
export type { ExportForm, ExportOffer } from "../report/exportForms.ts";
export type { RunDescription, RunReport } from "../report/record.ts";
export type { Models } from "../rl/contracts/models.ts";
export type { Policy, SampleRequest, Sampling, UpdateOptions, UpdateStats } from "../rl/contracts/policy.ts";
export type { Group, Question, QuestionSet, Response, Rollout, Vote } from "../rl/contracts/types.ts";
export { initialLoopState, type Loop, type LoopState, type Step } from "../rl/loop/loopState.ts";
export type { AnswerKey, Study } from "../rl/metrics/answerKey.ts";
export type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics/metrics.ts";
export { evaluateStudy } from "../rl/metrics/studyRun.ts";
export { PAPER_PRESET } from "../rl/paperPreset.ts";
export { ttrl } from "../rl/ttrl.ts";
export { configFrom, DEFAULT_CONFIG, methodOf, type TtrlConfig } from "../rl/ttrlConfig.ts";
export { exportOffers, exportRun, reportOf, runFolder, type ExportedModel } from "./exportRun.ts";
export { LabError } from "./labError.ts";
export { planOnBackend } from "./memoryPlan.ts";
export { openModel, type ModelFiles } from "./openModel.ts";
export { openInference, openRun, type OpenedRun, type RunModels } from "./openRun.ts";
export { PauseGate } from "./pauseGate.ts";
export type { StartedBackend } from "./startBackend.ts";
export { fitStudy, type FittedStudy, type NamedStudy } from "./study.ts";
export { trainingRun, type RunControl, type TrainingEvent, type TrainingRun } from "./trainingRun.ts";
