/** A run -> a zip that is a Hugging Face model folder, with the run's own files beside the weights. */
import { writeModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { zip } from "../formats/zip.ts";
import { trainedFolder } from "../model/languageModel.ts";
import type { TrainablePolicy } from "../model/trainablePolicy.ts";
import { reportFiles } from "../report/files.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";

/** The zip's bytes. `folder` is the one that the policy was opened from. */
export async function exportRun(
  folder: ModelFolder,
  policy: TrainablePolicy,
  report: RunReport,
): Promise<Uint8Array<ArrayBuffer>> {
  const trained = { ...trainedFolder(folder, policy.model, await policy.weights()), card: modelCard(report) };
  return new Uint8Array(zip(writeModelFolder(trained, reportFiles(report))));
}
