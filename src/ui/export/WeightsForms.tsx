import { useId } from "react";
import {
  exportOffers,
  recipeLosses,
  type ExportForm,
  type ExportOffer,
  type Recipe,
} from "../../store/run/exports.ts";
import { requested } from "../../store/run/run.ts";
import { fileSize } from "../../math/bytes.ts";
import { Button } from "../Button.tsx";
import { Fold } from "../Fold.tsx";
import { sentence } from "../format.ts";
import { usePage, useRun } from "../page.tsx";

/** Title and description of each format. */
const FORMATS: Readonly<Record<ExportForm["format"], readonly [title: string, description: string]>> = {
  folder: ["Hugging Face folder", "zip for transformers, with the run's metrics"],
  gguf: ["GGUF", "single file for llama.cpp, with tokenizer and chat template"],
  adapter: ["PEFT adapter", "zip of the LoRA adapter, for peft"],
  recipe: ["Recipe", "zip to continue the run with another trainer: model, data, settings and vote"],
};

/** Names of the trainers that recipes support. */
const TRAINERS: Readonly<Record<Recipe, string>> = { trl: "TRL", verl: "verl", ttrl: "Authors' code" };

/** The export formats of the trained model, with a button for each precision or trainer. */
export function WeightsForms() {
  const device = useRun((state) => ("device" in state ? state.device : null));
  const offers = exportOffers(device);
  return (
    <div className="export__forms">
      {(Object.keys(FORMATS) as ExportForm["format"][]).map((format) => (
        <FormRow key={format} format={format} offers={offers.filter(({ form }) => form.format === format)} />
      ))}
    </div>
  );
}

interface FormRowProps {
  readonly format: ExportForm["format"];
  readonly offers: readonly ExportOffer[];
}

function FormRow({ format, offers }: FormRowProps) {
  const id = useId();
  if (offers.length === 0) return null;
  const [title, description] = FORMATS[format];
  const isAvailable = offers.some(({ bytes }) => bytes !== null);
  const notes = new Set(offers.flatMap((offer) => offer.notes));
  return (
    <div className="export__form stack" role="group" aria-labelledby={id}>
      <p>
        <strong id={id}>{title}</strong> <span className="soft small">{description}</span>
      </p>
      {isAvailable && (
        <div className="cluster">
          {offers.map((offer) => (
            <FormButton key={nameOf(offer.form)} offer={offer} />
          ))}
        </div>
      )}
      {isAvailable && format === "recipe" && <RecipeLosses />}
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
    <Button
      icon="download"
      disabled={!isPossible || bytes === null}
      onClick={() => void lab.run.exportAs(form)}
    >
      {nameOf(form)}
      {bytes !== null && bytes > 0 && <span className="soft small">{fileSize(bytes)}</span>}
    </Button>
  );
}

/** Returns the label of a form within its format. */
function nameOf(form: ExportForm): string {
  return form.format === "recipe" ? TRAINERS[form.recipe] : form.packing;
}

/** The run's settings that other trainers do not support. */
function RecipeLosses() {
  const setup = useRun((run) => (run.status === "idle" ? null : run.record.setup));
  const steps = useRun((run) => (run.status === "idle" ? 0 : run.record.steps.length));
  if (setup === null) return null;
  const all = recipeLosses(setup, steps);
  const counts = all.map(({ recipe, losses }) => `${TRAINERS[recipe]} ${losses.length}`);
  return (
    <Fold title="Unsupported settings" state={counts.join(", ")}>
      {all.map(({ recipe, losses }) => (
        <div key={recipe} className="small">
          <strong>{TRAINERS[recipe]}</strong>
          <ul className="export__losses soft">
            {losses.length === 0 && <li>None</li>}
            {losses.map((loss) => (
              <li key={loss}>{loss.replaceAll("`", "")}</li>
            ))}
          </ul>
        </div>
      ))}
    </Fold>
  );
}
