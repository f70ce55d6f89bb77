import { useStore } from "zustand";
import { seedsOf, type Experiment, type Variant } from "../../experiments/experiment.ts";
import type { ResultCell } from "../../experiments/result.ts";
import { jobsLeft, missingFor } from "../../store/experiments/experimentSetup.ts";
import type { QueuedJob } from "../../store/experiments/experimentQueue.ts";
import { Button } from "../Button.tsx";
import { sentence } from "../format.ts";
import { useIsLocked, usePage } from "../page.tsx";
import { HEADLINE_ID, showSection } from "../sections.ts";
import { subjectText } from "./settingsText.ts";

interface VariantListProps {
  readonly experiment: Experiment;
  /** The results measured in this browser. */
  readonly cells: readonly ResultCell[];
}

/** The variants: what each changes, its state, and a button that runs it. */
export function VariantList({ experiment, cells }: VariantListProps) {
  const catalogue = useStore(usePage().lab.catalogue);
  return (
    <>
      <p className="small prose">
        <span className="soft">Settings unless a variant changes them:</span>{" "}
        {subjectText(experiment.base, catalogue)}
      </p>
      <ul className="variants">
        {experiment.variants.map((variant) => (
          <VariantItem key={variant.name} {...{ experiment, variant, cells }} />
        ))}
      </ul>
    </>
  );
}

type VariantItemProps = VariantListProps & { readonly variant: Variant };

function VariantItem({ experiment, variant, cells }: VariantItemProps) {
  const { lab } = usePage();
  const isLocked = useIsLocked();
  const catalogue = useStore(lab.catalogue);
  const missing = missingFor(experiment, variant, catalogue);
  const changes = subjectText(variant, catalogue);
  const runLive = (): void => {
    const seeds = seedsOf(experiment, variant);
    const next = jobsLeft(experiment, [variant], seeds.length, cells)[0];
    const job = next ?? { variant: variant.name, seed: seeds[0] ?? 0 };
    lab.experiments.runner.start(experiment, [job]);
    showSection(HEADLINE_ID);
  };
  return (
    <li className="variant split" data-testid={`variant-${variant.name}`}>
      <div className="variant__text">
        <p className="variant__label">{variant.label}</p>
        {changes !== "" && <p className="small soft">{changes}</p>}
        <VariantState {...{ experiment, variant, cells, missing }} />
      </div>
      <Button
        look="small"
        icon="play"
        hiddenName={variant.label}
        disabled={isLocked || missing !== null}
        title="Apply the settings of this variant, start a run and show the charts"
        onClick={runLive}
      >
        Run live
      </Button>
    </li>
  );
}

/** The states of a variant's jobs that are shown, the most important first. */
const SHOWN = ["running", "failed", "waiting", "left"] as const satisfies readonly QueuedJob["status"][];

type VariantStateProps = VariantItemProps & { readonly missing: string | null };

function VariantState({ experiment, variant, cells, missing }: VariantStateProps) {
  const queue = useStore(usePage().lab.experiments.runner);
  const jobs = queue?.experiment === experiment.name ? queue.jobs : [];
  const own = jobs.filter((each) => each.variant === variant.name);
  const job = SHOWN.flatMap((status) => own.find((each) => each.status === status) ?? [])[0];
  const seeds = cells.filter((cell) => cell.variant === variant.name).map(({ seed }) => seed);
  if (missing !== null) return <p className="small soft">{missing}</p>;
  return (
    <>
      {seeds.length > 0 && (
        <p className="small good">Measured here with seed {seeds.toSorted((a, b) => a - b).join(", ")}.</p>
      )}
      {job !== undefined && <JobState job={job} />}
    </>
  );
}

function JobState({ job }: { readonly job: QueuedJob }) {
  switch (job.status) {
    case "running":
      return <p className="small">Running now, seed {job.seed}.</p>;
    case "waiting":
      return <p className="small soft">Waiting, seed {job.seed}.</p>;
    case "failed":
      return <p className="small problem">{`Failed, seed ${job.seed}. ${sentence(job.message)}`}</p>;
    case "left":
      return <p className="small soft">Not completed, seed {job.seed}.</p>;
    case "done":
      return null;
    default:
      return job satisfies never;
  }
}
