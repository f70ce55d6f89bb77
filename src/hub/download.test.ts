/** Fetching from a Hub that misbehaves in every way a network and its servers know. */
import { beforeEach, describe, expect, test } from "vitest";
import { listStored, openStored } from "./cache.ts";
import { download, type DownloadProgress } from "./download.ts";
import { impatient, type Fault } from "./fixture.ts";
import { HubError } from "./hubError.ts";
import { parseModelId } from "./hubId.ts";
import { planDownload } from "./plan.ts";
import {
  COMMIT,
  expectWeights,
  faultyWeights,
  fetchModel,
  FOLDER,
  hub,
  NEEDED,
  never,
  numbers,
  rangesOf,
  serve,
  storage,
  stored,
  text,
  useTinyHub,
} from "./tiny/fixture.ts";

useTinyHub();

describe("a model's folder", () => {
  test("is fetched at the commit that its revision has, needed files alone, and opens verified", async () => {
    const seen: DownloadProgress[] = [];
    const folder = await fetchModel({ onProgress: (progress) => seen.push(progress) });
    const files = await openStored(storage, folder, never);
    expect([...files.keys()].sort()).toEqual(NEEDED);
    expectWeights(stored(folder, "model.safetensors"));
    const bytes = NEEDED.reduce((sum, name) => sum + FOLDER.get(name)!.length, 0);
    expect(seen.at(-1)).toMatchObject({ done: bytes, bytes });
    expect(seen.filter(({ path }) => path === "model.safetensors").at(-1)).toMatchObject({
      fileDone: 60_000,
      fileBytes: 60_000,
    });
    expect((await listStored(storage)).models).toMatchObject([
      { repository: "org/tiny", revision: "main", commit: COMMIT, bytes, keptBytes: bytes, isComplete: true },
    ]);
  });

  test("asks for nothing twice", async () => {
    await fetchModel();
    const before = hub.requests.length;
    await fetchModel();
    expect(hub.requests.slice(before).map(({ path }) => path)).toEqual(["list"]);
  });

  test("is fetched with its shards, which the index names", async () => {
    await hub.stop();
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
    const files = new Map(FOLDER);
    files.delete("model.safetensors");
    const weight_map = { a: shards[0], b: shards[1], c: shards[0] };
    files.set("model.safetensors.index.json", text(JSON.stringify({ weight_map })));
    for (const [i, shard] of shards.entries()) files.set(shard, numbers(1000, i));
    files.set("model-00003-of-00003.safetensors", numbers(9, 9));
    await serve(files);
    const opened = await openStored(storage, await fetchModel(), never);
    expect([...opened.keys()].filter((name) => name.startsWith("model"))).toEqual([
      "model.safetensors.index.json",
      ...shards,
    ]);
  });

  test("is told what it lacks", async () => {
    await hub.stop();
    const files = new Map(FOLDER);
    files.delete("tokenizer.json");
    await serve(files);
    await expect(fetchModel()).rejects.toThrow("org/tiny has no tokenizer.json. A model needs");
    files.delete("model.safetensors");
    files.set("pytorch_model.bin", text("pickle"));
    await expect(fetchModel()).rejects.toThrow("its weights are a PyTorch pickle");
  });
});

describe("a GGUF repository", () => {
  beforeEach(async () => {
    await hub.stop();
    await serve(
      new Map([
        ["q/tiny-q8.gguf", numbers(2000, 2)],
        ["q/tiny-q4.gguf", numbers(1000, 3)],
      ]),
    );
  });

  test("offers its files where none is chosen", async () => {
    await expect(fetchModel()).rejects.toThrow(
      "Select a file, as in org/tiny:q/tiny-q8.gguf. Available: q/tiny-q8.gguf (2.0 kB), q/tiny-q4.gguf (1.0 kB).",
    );
    await expect(fetchModel({ id: "org/tiny:tiny.gguf" })).rejects.toThrow("it has no tiny.gguf");
  });

  test("gives the file that is chosen", async () => {
    const files = await openStored(storage, await fetchModel({ id: "org/tiny:q/tiny-q4.gguf" }), never);
    expect([...files.keys()]).toEqual(["tiny-q4.gguf"]);
    expect(rangesOf("q/tiny-q8.gguf")).toEqual([]);
  });
});

describe("a connection that is cut", () => {
  test("goes on where it was, on condition that the file is the same", async () => {
    faultyWeights({ cutAfter: 20_000 }, { cutAfter: 10_000 });
    const folder = await fetchModel();
    expectWeights(stored(folder, "model.safetensors"));
    const [, second, third] = hub.of("model.safetensors");
    const begins = [second, third].map((request) => Number(/\d+/.exec(request!.headers.range!)![0]));
    // At least something of each answer arrived, and nothing of it is asked for again.
    expect(begins[0]).toBeGreaterThan(0);
    expect(begins[1]).toBeGreaterThan(begins[0]!);
    expect(second!.headers["if-range"]).toMatch(/^"[0-9a-f]{16}"$/);
  });

  test("goes on in another try, after the user has stopped the first", async () => {
    const stop = new AbortController();
    const first = fetchModel({
      signal: stop.signal,
      onProgress: ({ path, fileDone }) => {
        if (path === "model.safetensors" && fileDone > 0) stop.abort(new Error("stopped"));
      },
    });
    faultyWeights({ cutAfter: 30_000 });
    await expect(first).rejects.toThrow("stopped");
    const { models } = await listStored(storage);
    expect(models[0]!.isComplete).toBe(false);
    const part = stored(models[0]!.folder, "model.safetensors")!.length;
    expect(part).toBeGreaterThan(0);
    await expect(openStored(storage, models[0]!.folder, never)).rejects.toThrow("only partially downloaded");

    await fetchModel();
    expect(rangesOf("model.safetensors").at(-1)).toBe(`bytes=${part}-`);
    expect(rangesOf("config.json")).toHaveLength(1); // complete files are left alone
  });

  test("is given up after six times without a byte, with what was fetched kept", async () => {
    faultyWeights({ cutAfter: 20_000 }, ...Array.from({ length: 9 }, () => ({ status: 503 })));
    const waits: number[] = [];
    await expect(fetchModel({ waits })).rejects.toThrow(
      /model\.safetensors: .* answered 503, 6 times in a row\. The downloaded part is kept/,
    );
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000]); // the cut itself is the first
    faultyWeights();
    expectWeights(stored(await fetchModel(), "model.safetensors"));
  });

  test("is continued without the condition where the server does not let a page set it", async () => {
    faultyWeights({ cutAfter: 20_000 });
    const asked = impatient(hub);
    const forbidding: typeof fetch = (input, init) =>
      new Headers(init?.headers).has("If-Range")
        ? Promise.reject(new TypeError("Failed to fetch"))
        : fetch(input, init);
    const plan = await planDownload(asked, storage, parseModelId("org/tiny"), never);
    const folder = await download({ ...asked, fetch: forbidding }, storage, plan, {
      signal: never,
      onProgress: () => undefined,
    });
    expectWeights(stored(folder, "model.safetensors"));
    expect(rangesOf("model.safetensors")).toHaveLength(2);
  });
});

describe("a file that changes under way", () => {
  test("begins anew, by the server's choice or by ours", async () => {
    // The new version answers If-Range with the whole file.
    faultyWeights({ cutAfter: 20_000, etag: '"old"' }, { etag: '"new"' });
    expectWeights(stored(await fetchModel(), "model.safetensors"));
    expect(hub.of("model.safetensors")).toHaveLength(2);
  });

  test("begins anew where the server sends the rest of another version all the same", async () => {
    faultyWeights(
      { cutAfter: 20_000, etag: '"old"' },
      { status: 206, etag: '"new"', headers: { "Content-Range": "bytes 20000-59999/60000" } },
    );
    expectWeights(stored(await fetchModel(), "model.safetensors"));
    expect(rangesOf("model.safetensors").at(-1)).toBeUndefined();
  });
});

describe("a server that serves files its own way", () => {
  test.each<[string, Fault[]]>([
    ["ignores ranges", [{ cutAfter: 20_000 }, { ignoresRange: true }]],
    ["answers 416", [{ cutAfter: 20_000 }, { status: 416, body: "" }]],
    ["sends another range", [{ cutAfter: 20_000 }, { headers: { "Content-Range": "bytes 5-59999/60000" } }]],
    ["ends too early without a word", [{ endsAfter: 1000 }]],
    ["sends too much once", [{ body: numbers(60_001, 1) }]],
    ["sends other bytes once", [{ body: numbers(60_000, 5) }]],
    ["has weak ETags", [{ cutAfter: 20_000, etag: 'W/"a"' }, { etag: 'W/"a"' }]],
    [
      "is busy for a moment",
      [{ status: 429, headers: { "Retry-After": "7" } }, { status: 503 }, { status: 500 }],
    ],
  ])("and %s still gives the file", async (_what, faults) => {
    faultyWeights(...faults);
    const folder = await fetchModel();
    expectWeights(stored(folder, "model.safetensors"));
    await openStored(storage, folder, never);
  });

  test("is left alone for as long as it asks, and not for hours", async () => {
    const waits: number[] = [];
    faultyWeights({ status: 429, headers: { "Retry-After": "7" } });
    await fetchModel({ waits });
    expect(waits).toEqual([7000]);
    storage.files.clear();
    hub.requests.length = 0;
    faultyWeights({ status: 429, headers: { "Retry-After": "3600" } });
    await expect(fetchModel()).rejects.toThrow("asks for no requests for 3600 seconds: try again later");
  });

  test("cannot pass other bytes off as the file", async () => {
    faultyWeights({ body: numbers(60_000, 5) }, { body: numbers(60_000, 5) });
    await expect(fetchModel()).rejects.toThrow(
      /model\.safetensors was downloaded twice with the SHA-256 [0-9a-f]{64}, but .* lists/,
    );
    const [model] = (await listStored(storage)).models;
    expect(stored(model!.folder, "model.safetensors")).toHaveLength(0);
  });

  test("cannot pass off other bytes of a small file either, which git's digest tells", async () => {
    hub.fault = ({ path }) => (path === "tokenizer_config.json" ? { body: "[]" } : {});
    await expect(fetchModel()).rejects.toThrow(
      /tokenizer_config\.json was downloaded twice with the git SHA-1/,
    );
  });
});

describe("an answer that is a refusal", () => {
  const html = { headers: { "Content-Type": "text/html; charset=utf-8" }, body: "<html>Sign in</html>" };
  test.each<[string, string, Fault, RegExp]>([
    ["a login page", "model.safetensors", html, /returned a web page instead of the file/],
    ["a login page for the list", "list", html, /web page/],
    [
      "something that is no list",
      "list",
      { body: "{}" },
      /unexpected response from .* Check that http:.* is a Hub\./,
    ],
    ["no JSON", "list", { body: "Bad" }, /unexpected response from/],
    [
      "401",
      "list",
      { status: 401 },
      /private, gated or does not exist\. No access token was given\. .* accept its licence/,
    ],
    ["403", "model.safetensors", { status: 403 }, /denied access \(status 403\)/],
    ["404", "list", { status: 404 }, /file list of org\/tiny is not on/],
    [
      "an unknown revision",
      "list",
      { status: 404, headers: { "X-Error-Code": "RevisionNotFound" } },
      /has no such revision/,
    ],
    ["410", "config.json", { status: 410 }, /answered 410/],
  ])("is told in words: %s", async (_what, at, fault, message) => {
    hub.fault = ({ path }) => (path === at ? fault : {});
    const fetching = fetchModel();
    await expect(fetching).rejects.toThrow(HubError);
    await expect(fetching).rejects.toThrow(message);
    expect(hub.of(at)).toHaveLength(1);
  });

  test("names the token where one was given, and never tells it", async () => {
    hub.fault = () => ({ status: 403 });
    const refusal = await fetchModel({ token: "hf_secret" }).catch((error: unknown) => String(error));
    expect(refusal).toContain("The access token has no access");
    expect(refusal).not.toContain("hf_secret");
    expect(hub.requests[0]!.headers.authorization).toBe("Bearer hf_secret");
  });

  test("comes soon where nobody answers at all", async () => {
    const waits: number[] = [];
    const asked = { ...impatient(hub, null, waits), endpoint: "http://127.0.0.1:1" };
    await expect(planDownload(asked, storage, parseModelId("org/tiny"), never)).rejects.toThrow(
      /127\.0\.0\.1:1 cannot be reached/,
    );
    expect(waits).toEqual([1000, 2000]);
  });
});
