/**
 * Writes a model as the page's zip, with a file of zeros of the given size before it to test archives beyond 4 GiB;
 * check_consumers.py opens it with another program:
 *   npx tsx tools/oracle/zipModel.ts <model folder or .gguf> <new file.zip> <bytes>
 */
import { writeStream } from "../../cli/files/durable.ts";
import { openModelFile } from "../../cli/models/modelFile.ts";
import { modelFolderFiles, SHARD_BYTES } from "../../src/formats/huggingface/modelFolderFiles.ts";
import type { Outgoing } from "../../src/formats/streamed.ts";
import { zip } from "../../src/formats/zip/zipWriter.ts";

const [place, out, size] = process.argv.slice(2);
if (place === undefined || out === undefined || size === undefined)
  throw new Error("the arguments must be the model, the archive and a number of bytes");

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
