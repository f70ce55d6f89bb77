/** Connects the workers, the stores and the page. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createLab } from "./store/lab.ts";
import { hashOf } from "./store/setup/link.ts";
import { isInProgress } from "./store/run/run.ts";
import { App } from "./ui/App.tsx";
import { browserResults } from "./store/experiments/browserResults.ts";
import { chooseDestination, download } from "./ui/export/saveFile.ts";
import { createView, PageProvider } from "./ui/page.tsx";
import { applyTheme, storedTheme } from "./ui/ThemeButton.tsx";
import { createWorkerClient } from "./worker/client.ts";
import { readInWorker } from "./worker/data/dataClient.ts";
import { createPlanClient } from "./worker/plan/planClient.ts";
import { createHubClient } from "./worker/hub/hubClient.ts";
import { createModelsClient } from "./worker/models/modelsClient.ts";

async function readText(path: string): Promise<string> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.text();
}

const lab = createLab({
  client: createWorkerClient(),
  planner: createPlanClient(),
  hubClient: createHubClient(),
  modelsClient: createModelsClient(),
  persist: () => void navigator.storage.persist(),
  readText,
  readDataset: readInWorker,
  hash: location.hash,
  storage: browserResults(),
  download: ({ fileName, file }) => download(fileName, file),
  chooseDestination,
  nextFrame: (callback) => void requestAnimationFrame(callback),
});

lab.settings.subscribe((settings) => {
  const hash = hashOf(settings);
  if (hash !== location.hash) history.replaceState(null, "", hash === "" ? location.pathname : hash);
});
window.addEventListener("hashchange", () => lab.followLink(location.hash));
window.addEventListener("beforeunload", (event) => {
  if (isInProgress(lab.run.getState())) event.preventDefault(); // asks for confirmation, as the run would be lost
});

applyTheme(storedTheme());
void lab.open();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <PageProvider value={{ lab, view: createView() }}>
      <App />
    </PageProvider>
  </StrictMode>,
);
