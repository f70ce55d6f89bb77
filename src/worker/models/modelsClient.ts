/** Main-thread end of the worker that offers models: each command runs in a worker of its own, which ends with it. */
import type { ModelsCommand, ModelsEvent } from "./modelsWorker.ts";

export type { ModelOffer, ModelVariant } from "../../lab/modelOffers.ts";
export { FIT_BASIS, fitText, SPEED_BASIS, speedText, variantText, type Speed } from "../../lab/offerText.ts";
export type { ModelsCommand, ModelsEvent };

export interface ModelsClient {
  /** Runs a command and calls `listener` with its events. Returns a function that stops it. */
  run(command: ModelsCommand, listener: (event: ModelsEvent) => void): () => void;
}

/** Creates a client. */
export function createModelsClient(): ModelsClient {
  return {
    run(command, listener) {
      const worker = new Worker(new URL("./modelsWorker.ts", import.meta.url), {
        type: "module",
        name: "models",
      });
      worker.onmessage = ({ data }: MessageEvent<ModelsEvent>) => {
        listener(data);
        if (["planned", "measured", "failed"].includes(data.type)) worker.terminate();
      };
      worker.onerror = ({ message }) => {
        worker.terminate();
        listener({ type: "failed", message: message || "its worker could not be started" });
      };
      worker.postMessage(command);
      return () => worker.terminate();
    },
  };
}
