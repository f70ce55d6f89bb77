import { useStore } from "zustand";
import { chosenDataset } from "../../store/setup/catalogue.ts";
import { datasetInUse } from "../../store/setup/dataset.ts";
import { Button } from "../Button.tsx";
import { counted } from "../format.ts";
import { usePage, useSettings } from "../page.tsx";
import { DatasetMapping } from "./DatasetMapping.tsx";
import { DatasetSummary } from "./DatasetSummary.tsx";
import { FileButtons } from "./FileButtons.tsx";
import { Picker } from "./Picker.tsx";

/** Option value of a data set that is not in the list: a file of the user or one level of an embedded data set. */
const UNLISTED = "";

/** Selects an embedded data set or opens the user's file. */
export function DatasetPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab, view } = usePage();
  const catalogue = useStore(lab.catalogue);
  const state = useStore(lab.dataset);
  const file = useSettings((settings) => settings.dataset);
  const inUse = datasetInUse(state);
  const isOther = state.status === "reading" && state.fileName !== inUse?.fileName;
  const isUnlisted = inUse !== null && inUse.source !== "embedded";
  const datasets = catalogue.status === "ready" ? catalogue.datasets : [];
  const listed = datasets.map(
    (dataset) => [dataset.file, `${dataset.title} · ${counted(dataset.questions, "question")}`] as const,
  );
  const chosen = isUnlisted ? null : chosenDataset(catalogue, file);
  return (
    <Picker
      id="dataset"
      label="Data set"
      value={chosen?.file ?? UNLISTED}
      disabled={isLocked || datasets.length === 0}
      options={isUnlisted ? [[UNLISTED, inUse.title], ...listed] : listed}
      choose={(name) => lab.chooseDataset(name)}
    >
      <DatasetSummary state={state} about={chosen} isOther={isOther} />
      {inUse?.source === "file" && !isOther && (
        <DatasetMapping loaded={inUse} isReading={state.status === "reading"} isLocked={isLocked} />
      )}
      <Button
        icon="download"
        disabled={isLocked}
        onClick={() => view.setState({ dialog: { kind: "hub", subject: "data set" } })}
      >
        Data sets on the Hub…
      </Button>
      <FileButtons isLocked={isLocked} />
    </Picker>
  );
}
