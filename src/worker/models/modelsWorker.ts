/** Entry of the worker that plans the offered models and measures how fast this machine samples. */
import { version } from "../../../package.json";
import { offerModels, type ModelOffer } from "../../lab/modelOffers.ts";
import { speedKey, type Speed } from "../../lab/offerText.ts";
import { measureSpeed } from "../../lab/speed.ts";
import type { BackendChoice } from "../../report/backend.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import { startBackend } from "../browser/backend.ts";
import { browserMachine } from "../browser/machine.ts";

/** Page to worker. */
export type ModelsCommand =
  | { readonly type: "offer"; readonly config: TtrlConfig; readonly backend: BackendChoice }
  | { readonly type: "measure"; readonly backend: BackendChoice };

/** Worker to page. */
export type ModelsEvent =
  /** The key of this machine's speed, before the offers. */
  | { readonly type: "machine"; readonly key: string }
  | { readonly type: "offered"; readonly offer: ModelOffer }
  | { readonly type: "planned" }
  | { readonly type: "measured"; readonly speed: Speed }
  | { readonly type: "failed"; readonly message: string };

const post = (event: ModelsEvent): void => self.postMessage(event);

self.onmessage = ({ data: command }: MessageEvent<ModelsCommand>) => {
  answer(command).catch((error: unknown) =>
    post({ type: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
};

async function answer(command: ModelsCommand): Promise<void> {
  if (command.type === "measure") {
    const speed = await measureSpeed(await startBackend(command.backend), () => performance.now());
    post({ type: "measured", speed });
    return;
  }
  const { name, machine } = await browserMachine(command.backend);
  post({ type: "machine", key: speedKey(name, version) });
  for await (const offer of offerModels(command.config, machine)) post({ type: "offered", offer });
  post({ type: "planned" });
}
