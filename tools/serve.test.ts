import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "./serve.mjs";

let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "serve-"));
  writeFileSync(join(folder, "index.html"), "<p>hello</p>");
  writeFileSync(join(folder, "ops.wasm"), "wasm");
  server = await serve(folder);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A raw request: `fetch` would tidy up the paths that these tests are about. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ port, host: "localhost", path, headers, method }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}

test("a folder answers with its index.html, cross-origin isolated", async () => {
  const { status, headers, body } = await get("/?model=base");
  expect([status, body]).toEqual([200, "<p>hello</p>"]);
  expect(headers).toMatchObject({
    "content-type": "text/html",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
  });
});

test("a WASM module has the type that streaming compilation needs", async () => {
  expect((await get("/ops.wasm")).headers["content-type"]).toBe("application/wasm");
});

test("an unchanged file is not sent twice", async () => {
  const first = await get("/ops.wasm");
  const second = await get("/ops.wasm", { "If-None-Match": String(first.headers["etag"]) });
  expect([second.status, second.body]).toEqual([304, ""]);
});

test("HEAD sends the length and no body", async () => {
  const { status, headers, body } = await get("/ops.wasm", {}, "HEAD");
  expect([status, headers["content-length"], body]).toEqual([200, "4", ""]);
});

test.each(["/nothing", "/%", "/%00", "/../serve.mjs", "/..%2f..%2fetc/passwd", "/%2e%2e/x", "//etc/passwd"])(
  "%s is not found, within the folder or out of it",
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test("a port in use is refused where it was asked for, else the next one is taken", async () => {
  const port = Number(new URL(server.url).port);
  await expect(serve(folder, { port, strictPort: true })).rejects.toThrow("already in use");
  const other = await serve(folder, { port });
  expect(Number(new URL(other.url).port)).toBeGreaterThan(port);
  await other.close();
});
