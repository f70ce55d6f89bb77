import { useStore } from "zustand";
import { chosenDataset } from "../../store/setup/catalogue.ts";
import { datasetInUse } from "../../store/setup/dataset.ts";
import { counted } from "../format.ts";
import { usePage, useSettings } from "../page.tsx";
import { DatasetReading } from "./DatasetReading.tsx";
import { FileButton } from "./FileButton.tsx";

/** Option value of a data set that is not in the list: a file of the user or one level of an embedded data set. */
const UNLISTED = "";

/** Selects an embedded data set or opens the user's file. */
export function DatasetPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const catalogue = useStore(lab.catalogue);
  const state = useStore(lab.dataset);
  const file = useSettings((settings) => settings.dataset);
  const inUse = datasetInUse(state);
  const isUnlisted = inUse !== null && inUse.source !== "embedded";
  const datasets = catalogue.status === "ready" ? catalogue.datasets : [];
  return (
    <div className="setup__part">
      <label className="setup__label" htmlFor="dataset">
        Data set
      </label>
      <select
        id="dataset"
        className="field"
        value={isUnlisted ? UNLISTED : (chosenDataset(catalogue, file)?.file ?? UNLISTED)}
        disabled={isLocked || datasets.length === 0}
        onChange={(event) => lab.chooseDataset(event.target.value)}
      >
        {isUnlisted && <option value={UNLISTED}>{inUse.title}</option>}
        {datasets.map((dataset) => (
          <option key={dataset.file} value={dataset.file}>
            {dataset.title} · {counted(dataset.questions, "question")}
          </option>
        ))}
      </select>
      <DatasetReading state={state} about={isUnlisted ? null : chosenDataset(catalogue, file)} />
      <FileButton isLocked={isLocked} />
    </div>
  );
}
