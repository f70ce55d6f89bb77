/**
 * The table of contents at the end of a zip archive (APPNOTE.TXT 4.3), checked against the local headers. Only what
 * ordinary tools write is read: stored or deflated entries of one archive below 4 GiB, without encryption.
 */

/** An archive that cannot be read: what is wrong, where, and what to do. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

/** One file of an archive. Sizes are what the archive claims. */
export interface ZipEntry {
  readonly path: string;
  readonly deflated: boolean;
  readonly crc32: number;
  /** Bytes of the entry's data as they lie in the archive. */
  readonly data: Uint8Array;
  readonly size: number;
}

const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 };
const DIRECTORY_HEADER = { signature: 0x02014b50, bytes: 46 };
const END_OF_DIRECTORY = { signature: 0x06054b50, bytes: 22 };
const MAX_COMMENT_BYTES = 0xffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

/** Throws the error of an archive, or of one entry of it. */
export function failZip(what: string, remedy = "The archive is damaged: make or download it again."): never {
  throw new ZipError(`zip: ${what}. ${remedy}`);
}

/** Lists the files of an archive, in the order of its directory; folders are left out. */
export function readZipDirectory(archive: Uint8Array, maxEntries: number): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint32(end + 4, true) !== 0)
    failZip("it is one part of a split archive", "Join the parts first.");
  if (count === 0xffff || start === 0xffffffff)
    failZip("it is in the Zip64 format", "Unpack it yourself and drop the folder of the model.");
  if (count > maxEntries)
    failZip(`it has ${count} entries, more than the ${maxEntries} accepted`, "Zip fewer files.");
  if (start + view.getUint32(end + 12, true) !== end)
    failZip("its directory is not where its end record says");

  const spans: { readonly begin: number; readonly end: number }[] = [];
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(archive, view, at, start);
    at = entry.next;
    spans.push(entry.span);
    if (entry.path.endsWith("/")) continue;
    checkPath(entry.path);
    if (entries.has(entry.path)) failZip(`${quotePath(entry.path)} occurs twice`);
    entries.set(entry.path, entry);
  }
  if (at !== end) failZip("its directory is not as long as its end record says");
  checkDisjoint(spans);
  return [...entries.values()];
}

/** The offset of the end record: the last one whose comment reaches exactly to the end of the archive. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_OF_DIRECTORY.bytes - MAX_COMMENT_BYTES);
  for (let at = view.byteLength - END_OF_DIRECTORY.bytes; at >= first; at--) {
    if (view.getUint32(at, true) !== END_OF_DIRECTORY.signature) continue;
    if (at + END_OF_DIRECTORY.bytes + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return failZip(
    "no end record found",
    "This is not a zip archive, or its end is missing: download it again.",
  );
}

type PlacedEntry = ZipEntry & {
  /** Bytes of the archive that the entry occupies, local header included. */
  readonly span: { readonly begin: number; readonly end: number };
  /** Offset of the next directory header. */
  readonly next: number;
};

/** The entry whose directory header is at `at`; all file data must lie before `dataEnd`. */
function readEntry(archive: Uint8Array, view: DataView, at: number, dataEnd: number): PlacedEntry {
  if (
    at + DIRECTORY_HEADER.bytes > view.byteLength ||
    view.getUint32(at, true) !== DIRECTORY_HEADER.signature
  ) {
    return failZip("a directory header is missing or cut off");
  }
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const pathEnd = at + DIRECTORY_HEADER.bytes + view.getUint16(at + 28, true);
  const next = pathEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) failZip("a directory header is cut off");
  const path = decodePath(archive.subarray(at + DIRECTORY_HEADER.bytes, pathEnd));
  if (flags & ENCRYPTED) failZip(`${quotePath(path)} is encrypted`, "Make the archive without a password.");
  if (method !== STORED && method !== DEFLATED) {
    failZip(
      `${quotePath(path)} uses compression method ${method}`,
      "Make the archive with Deflate, the usual method.",
    );
  }

  const begin = view.getUint32(at + 42, true);
  const dataStart = localDataStart(view, begin, path);
  const end = dataStart + packed;
  if (end > dataEnd) failZip(`the data of ${quotePath(path)} runs into the directory`);
  return {
    path,
    deflated: method === DEFLATED,
    crc32: view.getUint32(at + 16, true),
    data: archive.subarray(dataStart, end),
    size: view.getUint32(at + 24, true),
    span: { begin, end },
    next,
  };
}

function localDataStart(view: DataView, at: number, path: string): number {
  if (at + LOCAL_HEADER.bytes > view.byteLength || view.getUint32(at, true) !== LOCAL_HEADER.signature) {
    return failZip(`${quotePath(path)} is not where the directory says`);
  }
  return at + LOCAL_HEADER.bytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function decodePath(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return failZip("a file name is not UTF-8", "Rename the file with plain letters and zip it again.");
  }
}

/** A relative path of plain segments: nothing that could leave a folder or pollute an object. */
export function checkPath(path: string): void {
  const segments = path.split("/");
  const bad = segments.some((segment) => ["", ".", "..", "__proto__"].includes(segment));
  // eslint-disable-next-line no-control-regex -- control characters are what is being refused
  if (bad || /[\\\u0000-\u001f\u007f]|^[A-Za-z]:/.test(path)) {
    failZip(
      `the path ${quotePath(path)} is not a plain relative path`,
      "Zip the folder again with ordinary names.",
    );
  }
}

/** Entries that share bytes are how a small archive claims petabytes. */
function checkDisjoint(spans: readonly { readonly begin: number; readonly end: number }[]): void {
  const sorted = [...spans].sort((a, b) => a.begin - b.begin);
  for (const [i, span] of sorted.entries()) {
    const following = sorted[i + 1];
    if (following !== undefined && following.begin < span.end)
      failZip("two of its entries share the same bytes");
  }
}

/** A path of unknown length and content, fit for one line of an error. */
export function quotePath(path: string): string {
  return JSON.stringify(path.length > 80 ? `${path.slice(0, 80)}...` : path);
}
