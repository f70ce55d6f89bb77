import { useId, type ReactNode } from "react";
import { exportOffers, type ExportForm, type ExportOffer } from "../../store/run/exports.ts";
import { requested } from "../../store/run/run.ts";
import { fileSize } from "../../math/bytes.ts";
import { sentence } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { usePage, useRun } from "../page.tsx";
import { RecipeLosses } from "./RecipeLosses.tsx";
import { TRAINERS } from "./trainers.ts";

const FORMATS: readonly {
  readonly format: ExportForm["format"];
  readonly title: string;
  readonly description: string;
}[] = [
  {
    format: "folder",
    title: "Hugging Face folder",
    description: "zip for transformers, with the run's metrics",
  },
  {
    format: "gguf",
    title: "GGUF",
    description: "single file for llama.cpp, with tokenizer and chat template",
  },
  { format: "adapter", title: "PEFT adapter", description: "zip of the LoRA adapter, for peft" },
  {
    format: "recipe",
    title: "Recipe",
    description: "zip to continue the run with another trainer: model, data, settings and vote",
  },
];

/** The export formats of the trained model, with a button for each precision or trainer. */
export function WeightsForms() {
  const device = useRun((state) => ("device" in state ? state.device : null));
  const offers = exportOffers(device);
  return (
    <div className="export__forms">
      {FORMATS.map(({ format, ...named }) => (
        <FormRow key={format} {...named} offers={offers.filter(({ form }) => form.format === format)}>
          {format === "recipe" && <RecipeLosses />}
        </FormRow>
      ))}
    </div>
  );
}

interface FormRowProps {
  readonly title: string;
  readonly description: string;
  readonly offers: readonly ExportOffer[];
  /** Details, shown if the format is available. */
  readonly children: ReactNode;
}

function FormRow({ title, description, offers, children }: FormRowProps) {
  const id = useId();
  if (offers.length === 0) return null;
  const isAvailable = offers.some(({ bytes }) => bytes !== null);
  const notes = new Set(offers.flatMap((offer) => offer.notes));
  return (
    <div className="export__form" role="group" aria-labelledby={id}>
      <p>
        <strong id={id}>{title}</strong> <span className="soft small">{description}</span>
      </p>
      {isAvailable && (
        <div className="export__buttons">
          {offers.map((offer) => (
            <FormButton key={nameOf(offer.form)} offer={offer} />
          ))}
        </div>
      )}
      {isAvailable && children}
      {[...notes].map((note) => (
        <p key={note} className="soft small">
          {sentence(note)}
        </p>
      ))}
    </div>
  );
}

function FormButton({ offer: { form, bytes } }: { readonly offer: ExportOffer }) {
  const { lab } = usePage();
  const isPossible = useRun((state) => requested(state, "export") !== null);
  return (
    <button
      type="button"
      className="button"
      disabled={!isPossible || bytes === null}
      onClick={() => void lab.run.exportAs(form)}
    >
      <Icon name="download" />
      {nameOf(form)}
      {bytes !== null && bytes > 0 && <span className="soft small">{fileSize(bytes)}</span>}
    </button>
  );
}

/** Returns the label of a form within its format. */
function nameOf(form: ExportForm): string {
  return form.format === "recipe" ? TRAINERS[form.recipe] : form.packing;
}

const NOT_STARTED = { done: 0, total: 0 };

/** Progress of an export, and a button to cancel it. */
export function Writing() {
  const { lab } = usePage();
  const progress = useRun((state) =>
    "activity" in state && state.activity === "exporting" ? (state.progress ?? NOT_STARTED) : null,
  );
  if (progress === null) return null;
  const { done, total } = progress;
  return (
    <p className="export__writing small">
      <span className="soft">
        {total === 0 ? "Writing…" : `Writing ${fileSize(done)} of ${fileSize(total)}`}
      </span>
      <button type="button" className="button button--small" onClick={() => lab.run.request("cancel")}>
        Cancel
      </button>
    </p>
  );
}
