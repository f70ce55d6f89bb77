/** The CRC-32 of zip archives (APPNOTE.TXT 4.4.7). */

/** Remainders for the reflected polynomial 0xedb88320: 256 for each byte value, then for bytes that 1, 2, 3 zero bytes follow. */
const REMAINDERS = makeRemainders();

function makeRemainders(): Int32Array {
  const table = new Int32Array(4 * 256); // signed, which is what shifts and exclusive ors compute with
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    table[byte] = rest;
  }
  for (let i = 256; i < table.length; i++) {
    const rest = table[i - 256] ?? 0;
    table[i] = (rest >>> 8) ^ (table[rest & 255] ?? 0);
  }
  return table;
}

/** Returns the CRC-32 of the bytes. */
export function crc32(bytes: Uint8Array): number {
  const byte = (at: number): number => bytes[at] ?? 0;
  const remainder = (at: number): number => REMAINDERS[at] ?? 0;
  let rest = ~0;
  let at = 0;
  // Four bytes at a time: weights have gigabytes of them.
  for (const end = bytes.length - 3; at < end; at += 4) {
    rest ^= byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    rest =
      remainder(768 + (rest & 255)) ^
      remainder(512 + ((rest >>> 8) & 255)) ^
      remainder(256 + ((rest >>> 16) & 255)) ^
      remainder(rest >>> 24);
  }
  for (; at < bytes.length; at++) rest = (rest >>> 8) ^ remainder((rest ^ byte(at)) & 255);
  return ~rest >>> 0;
}
