import { expect, test } from "vitest";
import type { HubEvent } from "../worker/hub/hubClient.ts";
import { createHubStore } from "./hub.ts";

/** A store whose worker answers every command with one event. */
function storeOf(answer: HubEvent) {
  const listeners: ((event: HubEvent) => void)[] = [];
  const client = {
    send: () => listeners.forEach((listener) => listener(answer)),
    subscribe: (listener: (event: HubEvent) => void) => void listeners.push(listener),
  };
  return createHubStore(client, {
    persist: () => undefined,
    onFetched: () => undefined,
    onDataset: () => undefined,
  });
}

test("knows what is stored once it is listed, and what was removed", async () => {
  const hub = storeOf({ type: "listed", models: [], removed: ["org/tiny@c0ffee"] });
  await hub.refresh();
  expect(hub.getState().notice).toBe("org/tiny@c0ffee was corrupt and has been removed. Download it again.");
});

test("keeps nobody waiting for a worker that crashes", async () => {
  const hub = storeOf({ type: "unfetched", message: "The download crashed" });
  await hub.refresh();
  expect(hub.getState()).toMatchObject({ task: { status: "failed" }, stored: [] });
});
