/** A run -> a zip that is a Hugging Face model folder, with the run's own files beside the weights. */
import type { FolderTexts } from "../formats/modelFolder.ts";
import { modelFolderFiles, SHARD_BYTES } from "../formats/modelFolderFiles.ts";
import { wholeFile } from "../formats/streamed.ts";
import { zip } from "../formats/zipWriter.ts";
import { trainedTexts, trainedWeights } from "../model/trainedFolder.ts";
import type { TrainablePolicy } from "../model/trainablePolicy.ts";
import { reportFiles } from "../report/files.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";

/** The zip's bytes. `folder` is the one that the policy was opened from. */
export function exportRun(
  folder: FolderTexts,
  policy: TrainablePolicy,
  report: RunReport,
): Promise<Uint8Array<ArrayBuffer>> {
  const texts = { ...trainedTexts(folder, policy.model), card: modelCard(report) };
  const options = { packing: "F32", shardBytes: SHARD_BYTES, extras: reportFiles(report) } as const;
  return wholeFile(zip(modelFolderFiles(texts, trainedWeights(policy), options)));
}
