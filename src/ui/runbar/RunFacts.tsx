import type { ReactNode } from "react";
import { useStore } from "zustand";
import { chosenModel } from "../../store/setup/catalogue.ts";
import { datasetInUse } from "../../store/setup/dataset.ts";
import type { Device, StartedRun } from "../../store/run/run.ts";
import { measured, shortCount } from "../format.ts";
import { usePage, usePacedRun, useSettings } from "../page.tsx";
import { BACKEND_NAMES, BACKEND_OPTIONS } from "../setup/backendNames.ts";

/** Backend, model, data set and speed of the run, or the selected ones before a run. */
export function RunFacts() {
  const state = usePacedRun((run) => run);
  const facts = state.status === "idle" ? <PlannedFacts /> : <StartedFacts state={state} />;
  return <dl className="facts">{facts}</dl>;
}

function PlannedFacts() {
  const { lab } = usePage();
  const settings = useSettings((all) => all);
  const model = chosenModel(useStore(lab.catalogue), settings.model);
  const dataset = datasetInUse(useStore(lab.dataset));
  return (
    <>
      <Fact name="Backend">{BACKEND_OPTIONS[settings.backend]}</Fact>
      <Fact name="Model">{model?.title ?? "none"}</Fact>
      <Fact name="Data set">{dataset?.title ?? "none"}</Fact>
      <Fact name="Seed">{settings.texts.seed}</Fact>
    </>
  );
}

/** Returns why this backend and, on WebGPU, this implementation was chosen. */
function reasonOf({ backend, reason, path, pathReason }: Device["backend"]): string {
  return backend === "webgpu" ? `${reason} · ${path}: ${pathReason}` : reason;
}

/** "135M parameters, frozen · LoRA adapter with 4.9M". */
function parametersText({ parameters, trained }: Device["model"]): string {
  const all = `${shortCount(parameters)} parameters`;
  return trained === null ? all : `${all}, frozen · LoRA adapter with ${shortCount(trained)}`;
}

function StartedFacts({ state }: { readonly state: StartedRun }) {
  const { setup, steps } = state.record;
  const device = state.status === "starting" ? null : state.device;
  const timing = steps.at(-1)?.timing;
  return (
    <>
      <Fact name="Backend" testId="backend">
        {device === null ? (
          BACKEND_OPTIONS[setup.backend]
        ) : (
          <>
            <strong>{BACKEND_NAMES[device.backend.backend]}</strong> · {device.backend.device}
            <span className="soft"> · {reasonOf(device.backend)}</span>
          </>
        )}
      </Fact>
      {timing !== undefined && (
        <>
          <Fact name="Sampling">{measured(timing.sampleTokensPerSecond, "tokens/s")}</Fact>
          <Fact name="Training">{measured(timing.trainTokensPerSecond, "tokens/s")}</Fact>
        </>
      )}
      <Fact name="Model">
        {setup.model.title}
        {device !== null && ` · ${parametersText(device.model)}`}
      </Fact>
      <Fact name="Data set">{setup.study.title}</Fact>
      <Fact name="Seed">{setup.config.seed}</Fact>
      {device !== null && device.notice !== null && <Fact name="Note">{device.notice}</Fact>}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly testId?: string;
  readonly children: ReactNode;
}

function Fact({ name, testId, children }: FactProps) {
  return (
    <div className="facts__fact" data-testid={testId}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
