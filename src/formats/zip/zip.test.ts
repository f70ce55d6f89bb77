import fc from "fast-check";
import { deflateSync } from "fflate";
import { describe, expect, it } from "vitest";
import { wholeFile, type Outgoing } from "../streamed.ts";
import { unzip, ZipError, ZIP_LIMITS } from "./zip.ts";
import { zip } from "./zipWriter.ts";

const encoder = new TextEncoder();

const files = new Map<string, Uint8Array>([
  ["config.json", encoder.encode('{"hidden_size": 32}')],
  ["model.safetensors", Uint8Array.from({ length: 5000 }, (_, i) => (i * i) & 0xff)],
  ["samples/é 😀.txt", encoder.encode("text ".repeat(1000))],
  ["empty", new Uint8Array(0)],
]);

const zipped = (content: ReadonlyMap<string, Outgoing>): Promise<Uint8Array> => wholeFile(zip(content));
const archived = await zipped(files);

/** One entry as an attacker writes it: what it claims may differ from what it holds. */
interface Claim {
  readonly path: string | Uint8Array;
  readonly data?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc32?: number;
  readonly packed?: number;
  readonly size?: number;
  readonly offset?: number;
}

/** An archive of local headers, a directory and an end record, all fields as given. */
function archiveOf(
  claims: readonly Claim[],
  end: { count?: number; start?: number; disk?: number } = {},
): Uint8Array {
  const local: number[] = [];
  const directory: number[] = [];
  const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
  const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
  for (const claim of claims) {
    const path = typeof claim.path === "string" ? encoder.encode(claim.path) : claim.path;
    const data = claim.data ?? new Uint8Array(0);
    const sizes = [
      ...u32(claim.crc32 ?? 0),
      ...u32(claim.packed ?? data.length),
      ...u32(claim.size ?? data.length),
    ];
    const common = [...u16(20), ...u16(claim.flags ?? 0), ...u16(claim.method ?? 0), ...u32(0), ...sizes];
    const offset = claim.offset ?? local.length;
    local.push(...u32(0x04034b50), ...common, ...u16(path.length), ...u16(0), ...path, ...data);
    directory.push(...u32(0x02014b50), ...u16(20), ...common, ...u16(path.length), ...u16(0), ...u16(0));
    directory.push(...u16(0), ...u16(0), ...u32(0), ...u32(offset), ...path);
  }
  const disk = end.disk ?? 0;
  const count = end.count ?? claims.length;
  const places = [...u32(directory.length), ...u32(end.start ?? local.length)];
  const record = [
    ...u32(0x06054b50),
    ...u16(disk),
    ...u16(0),
    ...u16(count),
    ...u16(count),
    ...places,
    ...u16(0),
  ];
  return Uint8Array.from([...local, ...directory, ...record]);
}

/** Many zero bytes, deflated to a thousandth. */
const bomb = deflateSync(new Uint8Array(64 * 2 ** 20), { level: 9 });

describe("packing and unpacking", () => {
  it("gives every file back", () => {
    expect(unzip(archived)).toEqual(files);
  });

  it("makes the same archive from the same files", async () => {
    expect(await zipped(files)).toEqual(archived);
  });

  it("knows the archive's length before it is made", async () => {
    const streamed = { bytes: 5, pieces: () => [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5)] };
    const some = new Map<string, Outgoing>([...files, ["streamed", streamed]]);
    const { bytes, pieces } = zip(some);
    let length = 0;
    for await (const piece of pieces()) length += piece.length;
    expect(length).toBe(bytes);
  });

  it("stores whole and streamed files as they are, and gives both back", async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) & 0xff);
    const weights = { bytes: 5000, pieces: () => [noise.subarray(0, 3000), noise.subarray(3000)] };
    const archive = await zipped(new Map<string, Outgoing>([...files, ["w.safetensors", weights]]));
    expect(archive.length).toBeGreaterThan(archived.length + 5000);
    expect(archive.length).toBeLessThan(archived.length + 5200);
    expect(unzip(archive)).toEqual(new Map([...files, ["w.safetensors", noise]]));
  });

  it("keeps pieces that are overwritten when the next one is read", async () => {
    const shared = new Uint8Array(3);
    const pieces = function* () {
      for (let i = 1; i <= 4; i++) yield shared.fill(i);
    };
    const archive = await zipped(new Map([["a", { bytes: 12, pieces }]]));
    expect(unzip(archive).get("a")).toEqual(Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4));
  });

  it("foresees the length of an archive beyond 4 GiB", () => {
    const large = { bytes: 5e9, pieces: () => [] };
    // Two entries of one letter each (30 + 16 + 46 bytes and twice the name), of which the first needs Zip64's fields for
    // its sizes (8 more bytes, and 28) and the second for its offset (12); the end record in both forms.
    const entries = 5e9 + 92 + 2 + 36 + (1 + 92 + 2 + 12);
    const { bytes } = zip(
      new Map<string, Outgoing>([
        ["a", large],
        ["b", Uint8Array.of(1)],
      ]),
    );
    expect(bytes).toBe(entries + 76 + 22);
  });

  it("reports what goes wrong while a file is read", async () => {
    const pieces = function* () {
      yield Uint8Array.of(1);
      throw new Error("the GPU was lost");
    };
    await expect(zipped(new Map([["a", { bytes: 5, pieces }]]))).rejects.toThrow("the GPU was lost");
  });

  it("notices a stream that is not as long as it said", async () => {
    const wrong = { bytes: 5, pieces: () => [Uint8Array.of(1)] };
    await expect(zipped(new Map([["a", wrong]]))).rejects.toThrow("a: expected 5 bytes, got 1");
  });

  it("gives memory of its own, from a Node buffer too", () => {
    const archive = Buffer.from(archived);
    const unpacked = unzip(archive);
    archive.fill(0);
    expect(unpacked).toEqual(files);
  });

  it("leaves folders out", () => {
    expect([...unzip(archiveOf([{ path: "model/" }, { path: "model/a" }])).keys()]).toEqual(["model/a"]);
  });

  it("refuses to pack a path that could not be unpacked", () => {
    expect(() => zip(new Map([["../a", new Uint8Array(0)]]))).toThrow("not a plain relative path");
  });

  it("round-trips any bytes, whole or streamed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20_000, size: "max" }), { maxLength: 4 }),
        fc.boolean(),
        async (contents, areStreamed) => {
          const packed = new Map(contents.map((content, i) => [`file ${i}`, content]));
          const outgoing = (content: Uint8Array): Outgoing =>
            areStreamed ? { bytes: content.length, pieces: () => [content] } : content;
          const archive = await zipped(new Map([...packed].map(([path, c]) => [path, outgoing(c)])));
          expect(unzip(archive)).toEqual(packed);
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe("archives that unpack to too much", () => {
  it("stops a bomb that declares its true size", () => {
    const claim = { path: "a", data: bomb, method: 8, size: 64 * 2 ** 20 };
    expect(() => unzip(archiveOf([claim]))).toThrow(/unpacks to more than is accepted/);
  });

  it("stops a bomb that declares a small size", () => {
    expect(() => unzip(archiveOf([{ path: "a", data: bomb, method: 8, size: 10 }]))).toThrow(
      /unpacks to more/,
    );
  });

  it("does not reserve the size that an entry merely declares", () => {
    const claim = { path: "a", data: deflateSync(Uint8Array.of(1)), method: 8, size: 0xfffffffe };
    expect(() => unzip(archiveOf([claim]))).toThrow(/does not match its size/);
  });

  it("counts all entries together, stored ones included", async () => {
    const limits = { ...ZIP_LIMITS, maxBytes: 10_000 };
    const text = encoder.encode("x".repeat(6000));
    const one = await zipped(new Map([["a", text]]));
    expect(() => unzip(one, limits)).not.toThrow();
    for (const b of [text, { bytes: text.length, pieces: () => [text] }]) {
      const two = await zipped(
        new Map<string, Outgoing>([
          ["a", text],
          ["b", b],
        ]),
      );
      expect(() => unzip(two, limits)).toThrow(/unpacks to more/);
    }
  });

  it("does not unpack an archive within an archive", async () => {
    const outer = await zipped(new Map([["inner.zip", archived]]));
    expect(unzip(outer)).toEqual(new Map([["inner.zip", archived]]));
  });

  it("refuses entries that share their bytes", () => {
    const data = deflateSync(new Uint8Array(1000));
    const claims = [
      { path: "a", data, method: 8 },
      { path: "b", offset: 0, packed: data.length, method: 8 },
    ];
    expect(() => unzip(archiveOf(claims))).toThrow(/share the same bytes/);
  });

  it("refuses more entries than are accepted, before reading them", () => {
    const many = archiveOf(Array.from({ length: 5 }, (_, i) => ({ path: `${i}` })));
    expect(unzip(many, { ...ZIP_LIMITS, maxEntries: 5 }).size).toBe(5);
    expect(() => unzip(many, { ...ZIP_LIMITS, maxEntries: 4 })).toThrow(/5 entries, more than the 4/);
  });
});

describe("damaged and odd archives", () => {
  it.each([
    "",
    "/etc/passwd",
    "../a",
    "a/../../b",
    "./a",
    "a//b",
    "C:/a",
    "a\\b",
    "a\nb",
    "a\0",
    "x/__proto__/y",
  ])("refuses the path %j", (path) => {
    expect(() => unzip(archiveOf([{ path }]))).toThrow(/is not a plain relative path/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /no end record/],
    ["a text file", encoder.encode("PK, but not an archive, for long enough"), /not a zip archive/],
    ["an archive without its end", archived.slice(0, -30), /no end record/],
    ["an archive without its beginning", archived.slice(30), /directory is not where/],
    ["bytes after the archive", Uint8Array.from([...archived, 0]), /no end record/],
    ["a split archive", archiveOf([{ path: "a" }], { disk: 1 }), /Join the parts/],
    ["a Zip64 archive", archiveOf([], { count: 0xffff }), /Zip64/],
    [
      "a directory beyond the file",
      archiveOf([{ path: "a" }], { start: 1_000_000 }),
      /not where its end record says/,
    ],
    ["more entries than there are", archiveOf([{ path: "a" }], { count: 2 }), /header is missing or cut off/],
    ["fewer entries than there are", archiveOf([{ path: "a" }, { path: "b" }], { count: 1 }), /not as long/],
    [
      "an entry beyond the file",
      archiveOf([{ path: "a", offset: 1_000_000 }]),
      /not where the directory says/,
    ],
    ["data beyond the file", archiveOf([{ path: "a", packed: 1_000_000 }]), /runs into the directory/],
    ["two files of one name", archiveOf([{ path: "a" }, { path: "a" }]), /"a" occurs twice/],
    ["an encrypted file", archiveOf([{ path: "a", flags: 1 }]), /"a" is encrypted.*without a password/],
    ["a rare compression", archiveOf([{ path: "a", method: 14 }]), /compression method 14/],
    ["a name that is not UTF-8", archiveOf([{ path: Uint8Array.of(0xff) }]), /not UTF-8/],
    ["a wrong checksum", archiveOf([{ path: "a", data: Uint8Array.of(1) }]), /size and checksum/],
    [
      "bytes that are no deflate stream",
      archiveOf([{ path: "a", method: 8, data: Uint8Array.of(7, 7) }]),
      /inflated/,
    ],
    ["a deflate stream cut short", archiveOf([{ path: "a", method: 8, data: bomb.slice(0, 500) }]), /"a"/],
  ])("refuses %s", (_what, archive, message) => {
    expect(() => unzip(archive)).toThrow(ZipError);
    expect(() => unzip(archive)).toThrow(message);
  });

  it("never fails but with a ZipError, and never gives wrong bytes, when an archive is mutated", () => {
    const archive = archived.slice();
    const edit = fc.record({
      at: fc.nat(archive.length),
      removed: fc.nat(3),
      inserted: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(edit, ({ at, removed, inserted }) => {
        const mutated = Uint8Array.from([
          ...archive.subarray(0, at),
          ...inserted,
          ...archive.subarray(at + removed),
        ]);
        try {
          const contents = [...unzip(mutated).values()].map((content) =>
            Buffer.from(content).toString("hex"),
          );
          const originals = [...files.values()].map((content) => Buffer.from(content).toString("hex"));
          expect(originals).toEqual(expect.arrayContaining(contents));
        } catch (error) {
          if (!(error instanceof ZipError)) throw error;
        }
      }),
      { seed: 2, numRuns: 1500 },
    );
  });
});
