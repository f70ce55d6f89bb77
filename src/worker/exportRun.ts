/** A run -> a zip that is a Hugging Face model folder, with the run's own files beside the weights. */
import { writeModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { zip } from "../formats/zip.ts";
import type { LanguageModel } from "../model/languageModel.ts";
import { reportFiles } from "../report/files.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";

/** The zip's bytes. `folder` is the one that the model was opened from. */
export async function exportRun(
  folder: ModelFolder,
  model: LanguageModel,
  report: RunReport,
): Promise<Uint8Array<ArrayBuffer>> {
  const trained = { ...(await model.trainedFolder(folder)), card: modelCard(report) };
  return new Uint8Array(zip(writeModelFolder(trained, reportFiles(report))));
}
