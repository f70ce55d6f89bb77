import { useStore } from "zustand";
import { chosenDataset } from "../../store/setup/catalogue.ts";
import { datasetInUse } from "../../store/setup/dataset.ts";
import { counted } from "../format.ts";
import { usePage, useSettings } from "../page.tsx";
import { DatasetReading } from "./DatasetReading.tsx";
import { FileButton } from "./FileButton.tsx";

/** Value of the list's entry for a dropped file or for one level of a data set: neither is a file of the page. */
const OWN_FILE = "";

/** Which questions are trained on: an embedded data set, or a file of the user's. */
export function DatasetPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const catalogue = useStore(lab.catalogue);
  const state = useStore(lab.dataset);
  const file = useSettings((settings) => settings.dataset);
  const inUse = datasetInUse(state);
  const isOwn = inUse !== null && inUse.source !== "embedded";
  const datasets = catalogue.status === "ready" ? catalogue.datasets : [];
  return (
    <div className="setup__part">
      <label className="setup__label" htmlFor="dataset">
        Data set
      </label>
      <select
        id="dataset"
        className="field"
        value={isOwn ? OWN_FILE : (chosenDataset(catalogue, file)?.file ?? OWN_FILE)}
        disabled={isLocked || datasets.length === 0}
        onChange={(event) => lab.chooseDataset(event.target.value)}
      >
        {isOwn && <option value={OWN_FILE}>{inUse.title}</option>}
        {datasets.map((dataset) => (
          <option key={dataset.file} value={dataset.file}>
            {dataset.title} · {counted(dataset.questions, "question")}
          </option>
        ))}
      </select>
      <DatasetReading state={state} about={isOwn ? null : chosenDataset(catalogue, file)} />
      <FileButton isLocked={isLocked} />
    </div>
  );
}
