/** For tests: a local Hub that simulates faults, and a model storage in memory. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ByteSource } from "../formats/byteSource.ts";
import { at } from "../math/at.ts";
import type { Hub } from "./hub.ts";
import type { FileWriter, ModelStorage } from "./storage.ts";

/** Files of a fake repository by path at a commit; weights and Parquet are listed as LFS files, with a SHA-256. */
interface FakeCommit {
  readonly commit: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A repository of the fake Hub; a data set is called "datasets/owner/name". */
interface FakeRepository extends FakeCommit {
  readonly name: string;
  /** The branch refs/convert/parquet of a data set. */
  readonly converted?: FakeCommit;
}

/** A received request; `turn` counts earlier requests for the same path. */
export interface SeenRequest {
  readonly path: string;
  readonly turn: number;
  readonly headers: IncomingMessage["headers"];
}

/** A simulated fault of a response. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the file. */
  readonly body?: Uint8Array | string;
  /** Closes the connection after this many bytes of the response. */
  readonly cutAfter?: number;
  /** Delays closing the connection until this resolves. */
  readonly cutWhen?: Promise<void>;
  /** Ends the body after this many bytes, without a Content-Length. */
  readonly endsAfter?: number;
  readonly ignoresRange?: boolean;
  readonly etag?: string;
}

export class FakeHub {
  readonly requests: SeenRequest[] = [];
  /** Chooses the fault of a request. */
  fault: (request: SeenRequest) => Fault = () => ({});
  readonly #repository: FakeRepository;
  readonly #server = createServer((request, reply) => this.#answer(request, reply));

  constructor(repository: FakeRepository) {
    this.#repository = repository;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Returns the requests for one file. */
  of(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  #answer(request: IncomingMessage, reply: ServerResponse): void {
    for (const [name, value] of Object.entries(CORS)) reply.setHeader(name, value);
    if (request.method === "OPTIONS") {
      reply.end();
      return;
    }
    const address = new URL(request.url ?? "/", this.endpoint);
    const url = decodeURIComponent(address.pathname);
    const { name } = this.#repository;
    const api = `/api/${name.startsWith("datasets/") ? "" : "models/"}${name}/revision/`;
    const isList = url.startsWith(api);
    const path = isList ? "list" : url.replace(new RegExp(`^/${name}/resolve/[0-9a-f]{40}/`), "");
    const seen = { path, turn: this.of(path).length, headers: request.headers };
    this.requests.push(seen);
    const fault = this.fault(seen);
    const json = (value: unknown): void =>
      send(reply, { "Content-Type": "application/json" }, Buffer.from(JSON.stringify(value)), fault);
    const version = this.#version(isList ? url.slice(api.length) : (url.split("/resolve/")[1] ?? ""));
    if (url === "/api/datasets") json(this.#search(address.searchParams.get("search") ?? ""));
    else if (!isList) this.#sendFile(version?.files.get(path), seen, reply, fault);
    else if (version !== undefined) json(this.#list(version));
    else send(reply, { "X-Error-Code": "RevisionNotFound" }, Buffer.from(""), { status: 404, ...fault });
  }

  /** Finds a version by what a path names first: a branch or a commit. */
  #version(path: string): FakeCommit | undefined {
    const { converted, commit } = this.#repository;
    const isConverted = path.startsWith("refs/convert/parquet") || path.startsWith(converted?.commit ?? "-");
    if (isConverted) return converted;
    return path.startsWith("main") || path.startsWith(commit) ? this.#repository : undefined;
  }

  #search(words: string): readonly { readonly id: string }[] {
    const id = this.#repository.name.replace(/^datasets\//, "");
    return id.includes(words) ? [{ id }] : [];
  }

  #sendFile(
    file: Uint8Array | undefined,
    { headers }: SeenRequest,
    reply: ServerResponse,
    fault: Fault,
  ): void {
    if (file === undefined) {
      send(reply, { "X-Error-Code": "EntryNotFound" }, Buffer.from("not found"), { status: 404, ...fault });
      return;
    }
    const etag = fault.etag ?? `"${digest("sha256", file).slice(0, 16)}"`;
    const about = { "Content-Type": "application/octet-stream", ETag: etag };
    const begin = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1]);
    const isCurrent = headers["if-range"] === undefined || headers["if-range"] === etag;
    if (Number.isNaN(begin) || fault.ignoresRange === true || !isCurrent) {
      send(reply, about, file, fault);
    } else if (begin >= file.length) {
      send(reply, { "Content-Range": `bytes */${file.length}` }, Buffer.from(""), { status: 416, ...fault });
    } else {
      const range = { "Content-Range": `bytes ${begin}-${file.length - 1}/${file.length}` };
      send(reply, { ...about, ...range }, file.subarray(begin), { status: 206, ...fault });
    }
  }

  #list({ commit, files }: FakeCommit) {
    const siblings = [...files].map(([rfilename, bytes]) => {
      const lfs = { sha256: digest("sha256", bytes), size: bytes.length, pointerSize: 130 };
      const blobId = digest("sha1", Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]));
      const isLarge = /\.(safetensors|gguf|parquet)$/.test(rfilename);
      return { rfilename, size: bytes.length, blobId, ...(isLarge && { lfs }) };
    });
    return { id: this.#repository.name, sha: commit, siblings };
  }
}

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "Authorization, Range, If-Range",
  "Access-Control-Expose-Headers": "ETag, Content-Range, Retry-After, X-Error-Code",
};

function send(
  reply: ServerResponse,
  headers: Readonly<Record<string, string>>,
  content: Uint8Array,
  fault: Fault,
): void {
  const body = fault.body === undefined ? content : Buffer.from(fault.body);
  const length = fault.endsAfter === undefined ? { "Content-Length": body.length } : {};
  reply.writeHead(fault.status ?? 200, { ...headers, ...length, ...fault.headers });
  const { cutAfter, cutWhen = Promise.resolve(), endsAfter } = fault;
  if (cutAfter === undefined) reply.end(body.subarray(0, endsAfter ?? body.length));
  else
    reply.write(
      body.subarray(0, cutAfter),
      () => void cutWhen.then(() => reply.socket?.end(() => reply.destroy())),
    );
}

function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** Connects to the fake Hub without waiting between retries; `waits` records the skipped milliseconds. */
export function impatient({ endpoint }: FakeHub, token: string | null = null, waits: number[] = []): Hub {
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return { endpoint, token, fetch, wait };
}

/** A model storage in memory. */
export class MemoryStorage implements ModelStorage {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  free: number | null = null;

  folders(): Promise<string[]> {
    return Promise.resolve([...new Set([...this.files.keys()].map((path) => at(path.split("/"), 0)))]);
  }

  open(folder: string, name: string): Promise<ByteSource | null> {
    const bytes = this.files.get(`${folder}/${name}`);
    const read: ByteSource["read"] = (begin, end) =>
      Promise.resolve(bytes?.slice(begin, end) ?? new Uint8Array());
    return Promise.resolve(bytes === undefined ? null : { size: bytes.length, read });
  }

  write(folder: string, name: string): Promise<FileWriter> {
    const { files } = this;
    const path = `${folder}/${name}`;
    const content = (): Uint8Array<ArrayBuffer> => files.get(path) ?? new Uint8Array();
    const resize = (size: number): Uint8Array<ArrayBuffer> => {
      const resized = new Uint8Array(size);
      resized.set(content().subarray(0, size));
      files.set(path, resized);
      return resized;
    };
    resize(content().length);
    return Promise.resolve({
      get size() {
        return content().length;
      },
      write: (bytes, at) => resize(Math.max(content().length, at + bytes.length)).set(bytes, at),
      truncate: (size) => void resize(size),
      close: () => undefined,
    });
  }

  remove(folder: string): Promise<void> {
    for (const path of this.files.keys()) if (path.startsWith(`${folder}/`)) this.files.delete(path);
    return Promise.resolve();
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(this.free);
  }
}
