import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "./serve.mjs";

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "serve-"));
  writeFileSync(join(folder, "index.html"), "<p>hello</p>");
  writeFileSync(join(folder, "ops.wasm"), "wasm");
  writeFileSync(join(folder, "model.safetensors"), "weights");
  server = serve(folder);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A raw request: `fetch` would tidy up the paths that these tests are about. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { port } = server.address() as AddressInfo; // listening on TCP
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path, headers, method }, (response) => {
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
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
  });
});

test.each([
  ["/ops.wasm", "application/wasm"],
  ["/model.safetensors", "application/octet-stream"],
])("%s is sent as %s", async (path, type) => {
  expect((await get(path)).headers["content-type"]).toBe(type);
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

test("a method that would change something is refused", async () => {
  expect((await get("/", {}, "POST")).status).toBe(405);
});
