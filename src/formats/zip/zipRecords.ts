/**
 * The records of a zip archive as bytes (APPNOTE.TXT 4.3). What does not fit 32 bits is told in Zip64's fields, and only
 * then, for readers that know none.
 */

/** One file of an archive that is written. */
export interface WrittenEntry {
  readonly path: string;
  readonly deflated: boolean;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Whether it is written while it is made: then its checksum follows it. */
  readonly isStreamed: boolean;
}

const MOST_32 = 0xffffffff;
const MOST_16 = 0xffff;
/** Same files, same archive: every entry carries the oldest date the format knows, the first of January 1980. */
const DATE = 0x0021;
const UTF8 = 0x0800;
const CHECKSUM_FOLLOWS = 0x0008;
const NEEDS = 20;
const NEEDS_ZIP64 = 45;

/** What comes before a file's bytes. The checksum of a streamed file is not known yet. */
export function localHeader(entry: WrittenEntry, crc32: number): Uint8Array {
  const { isStreamed, packed, size } = entry;
  const isLarge = hasLargeSize(entry);
  const known = isStreamed ? 0 : 1;
  const extra = isLarge ? extraField([size * known, packed * known]) : [];
  const sizes = isLarge ? [MOST_32, MOST_32] : [packed * known, size * known];
  return bytesOf([
    [4, 0x04034b50],
    [2, isLarge ? NEEDS_ZIP64 : NEEDS],
    ...commonFields(entry, crc32 * known, sizes, extra),
    ...textField(entry.path),
    ...extra,
  ]);
}

/** What comes after a streamed file's bytes. */
export function dataDescriptor(entry: WrittenEntry, crc32: number): Uint8Array {
  const width = hasLargeSize(entry) ? 8 : 4;
  return bytesOf([
    [4, 0x08074b50],
    [4, crc32],
    [width, entry.packed],
    [width, entry.size],
  ]);
}

/** An entry of the table of contents. */
export function directoryHeader(entry: WrittenEntry, crc32: number): Uint8Array {
  const large = [entry.size, entry.packed, entry.offset].filter((value) => value >= MOST_32);
  const extra = large.length > 0 ? extraField(large) : [];
  const version = large.length > 0 ? NEEDS_ZIP64 : NEEDS;
  return bytesOf([
    [4, 0x02014b50],
    [2, version], // made by
    [2, version],
    ...commonFields(entry, crc32, [entry.packed, entry.size].map(within32), extra),
    [2, 0], // no comment
    [2, 0], // on the first disk
    [2, 0], // not known to be text
    [4, 0], // no attributes
    [4, within32(entry.offset)],
    ...textField(entry.path),
    ...extra,
  ]);
}

/** What closes an archive of so many entries whose table of contents has this place. */
export function endRecords(count: number, begin: number, size: number): Uint8Array {
  const isLarge = count >= MOST_16 || begin >= MOST_32 || size >= MOST_32;
  const place: Field[] = [
    [2, Math.min(count, MOST_16)],
    [2, Math.min(count, MOST_16)],
    [4, within32(size)],
    [4, within32(begin)],
  ];
  return bytesOf([
    ...(isLarge ? zip64End(count, begin, size) : []),
    [4, 0x06054b50],
    [2, 0], // this disk
    [2, 0], // the directory's
    ...place,
    [2, 0], // no comment
  ]);
}

/** The end record in 64 bits, and where it is. */
function zip64End(count: number, begin: number, size: number): Field[] {
  return [
    [4, 0x06064b50],
    [8, 44], // bytes that follow
    [2, NEEDS_ZIP64],
    [2, NEEDS_ZIP64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, begin],
    [4, 0x07064b50],
    [4, 0],
    [8, begin + size],
    [4, 1], // disks
  ];
}

/** A number of so many bytes, little-endian. */
type Field = readonly [width: 1 | 2 | 4 | 8, value: number];

/** From the flags to the lengths of path and extra field, which both headers have. */
function commonFields(
  { path, deflated, isStreamed }: WrittenEntry,
  crc32: number,
  sizes: readonly number[],
  extra: readonly Field[],
): Field[] {
  return [
    [2, UTF8 | (isStreamed ? CHECKSUM_FOLLOWS : 0)],
    [2, deflated ? 8 : 0],
    [2, 0], // midnight
    [2, DATE],
    [4, crc32],
    ...sizes.map((size): Field => [4, size]),
    [2, new TextEncoder().encode(path).length],
    [2, widthOf(extra)],
  ];
}

/** Zip64's field with some 64-bit numbers. */
function extraField(values: readonly number[]): Field[] {
  return [[2, 1], [2, 8 * values.length], ...values.map((value): Field => [8, value])];
}

function textField(text: string): Field[] {
  return [...new TextEncoder().encode(text)].map((byte): Field => [1, byte]);
}

function hasLargeSize({ packed, size }: WrittenEntry): boolean {
  return packed >= MOST_32 || size >= MOST_32;
}

function within32(value: number): number {
  return Math.min(value, MOST_32);
}

function widthOf(fields: readonly Field[]): number {
  return fields.reduce((total, [width]) => total + width, 0);
}

function bytesOf(fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(widthOf(fields));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}
