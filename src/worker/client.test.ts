import { describe, expect, test } from "vitest";
import { createWorkerClient, type WorkerPort } from "./client.ts";
import type { Command, WorkerEvent } from "./protocol.ts";

const pause: Command = { type: "pause", runId: "r1" };

interface FakePort extends WorkerPort {
  readonly posted: unknown[];
  terminated: boolean;
}

function fakePort(): FakePort {
  const posted: unknown[] = [];
  return {
    posted,
    terminated: false,
    postMessage: (message: unknown) => void posted.push(message),
    terminate() {
      this.terminated = true;
    },
    onmessage: null,
    onerror: null,
    onmessageerror: null,
  };
}

function setUp() {
  const ports: FakePort[] = [];
  const client = createWorkerClient(() => {
    const port = fakePort();
    ports.push(port);
    return port;
  });
  const events: WorkerEvent[] = [];
  const unsubscribe = client.subscribe((event) => events.push(event));
  return { client, ports, events, unsubscribe };
}

/** Calls a port's handler as the browser would; the handlers' `this` is not used. */
function fire(port: FakePort, name: "onmessage" | "onerror", event: object): void {
  Reflect.apply(port[name] ?? (() => undefined), port, [event]);
}

describe("the worker's client", () => {
  test("starts no worker before the first command, and one for all commands", () => {
    const { client, ports } = setUp();
    expect(ports).toHaveLength(0);
    client.send(pause);
    client.send({ type: "resume", runId: "r1" });
    expect(ports.map((port) => port.posted)).toEqual([[pause, { type: "resume", runId: "r1" }]]);
  });

  test("delivers events to subscribers until they unsubscribe", () => {
    const { client, ports, events, unsubscribe } = setUp();
    client.send(pause);
    fire(ports[0]!, "onmessage", { data: { type: "paused", runId: "r1" } });
    unsubscribe();
    fire(ports[0]!, "onmessage", { data: { type: "resumed", runId: "r1" } });
    expect(events).toEqual([{ type: "paused", runId: "r1" }]);
  });

  test("reports a crash as the failure of the run, with advice, and starts a new worker", () => {
    const { client, ports, events } = setUp();
    client.send(pause);
    fire(ports[0]!, "onerror", { message: "out of memory" });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "failed", runId: "r1" });
    expect(events[0]).toHaveProperty("message", expect.stringMatching(/out of memory.*smaller model/));
    expect(ports[0]!.terminated).toBe(true);
    client.send({ type: "stop", runId: "r2" });
    expect(ports).toHaveLength(2);
  });

  test("terminates a hung worker on demand and reports that the weights are lost", () => {
    const { client, ports, events } = setUp();
    client.send(pause);
    client.restart();
    expect(ports[0]!.terminated).toBe(true);
    expect(events[0]).toHaveProperty("message", expect.stringContaining("weights are lost"));
  });
});
