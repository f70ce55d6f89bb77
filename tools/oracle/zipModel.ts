/**
 * A model as the page's zip, for check_consumers.py to open with another program; and beside it a file of zeros of so many
 * bytes, to see what becomes of archives beyond 4 GiB:
 *   npx tsx tools/oracle/zipModel.ts <model folder or .gguf> <new file.zip> <bytes>
 */
import { writeStream } from "../../cli/files/durable.ts";
import { openModelFile } from "../../cli/models/modelFile.ts";
import { modelFolderFiles, SHARD_BYTES } from "../../src/formats/huggingface/modelFolderFiles.ts";
import type { Outgoing } from "../../src/formats/streamed.ts";
import { zip } from "../../src/formats/zip/zipWriter.ts";

const [place, out, size] = process.argv.slice(2);
if (place === undefined || out === undefined || size === undefined)
  throw new Error("name the model, the archive and a number of bytes");

const { texts, weights } = await openModelFile(place);
const files = modelFolderFiles(texts, weights, { packing: "F32", shardBytes: SHARD_BYTES });
const bytes = Number(size);
const zeros: Outgoing = { bytes, pieces: () => zeroPieces(bytes) };
await writeStream(out, zip(new Map<string, Outgoing>([["zeros", zeros], ...files])));

function* zeroPieces(left: number): Generator<Uint8Array> {
  const piece = new Uint8Array(2 ** 22);
  for (; left > piece.length; left -= piece.length) yield piece;
  yield piece.subarray(0, left);
}
