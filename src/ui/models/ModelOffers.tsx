import { useEffect } from "react";
import { useStore } from "zustand";
import { fileSize } from "../../math/bytes.ts";
import {
  FIT_BASIS,
  fitText,
  SPEED_BASIS,
  speedText,
  variantText,
  type ModelOffer,
  type ModelVariant,
} from "../../store/modelOffers.ts";
import { Button } from "../Button.tsx";
import { count, shortCount } from "../format.ts";
import { useIsLocked, usePage } from "../page.tsx";

interface ModelOffersProps {
  /** Disables the downloads. */
  readonly isBusy: boolean;
  /** Looks up a model by its identifier. */
  readonly onChoose: (id: string) => void;
}

/** Models worth starting with, each with what it needs of this machine. */
export function ModelOffers({ isBusy, onChoose }: ModelOffersProps) {
  const { lab } = usePage();
  const { status, offers, problem } = useStore(lab.offers);
  useEffect(() => lab.offers.plan(), [lab]);
  return (
    <section className="stack" aria-labelledby="offers-title" data-testid="model-offers">
      <h3 id="offers-title">Models to start with</h3>
      <p className="soft small">{FIT_BASIS} Nothing is downloaded before you confirm it.</p>
      <SpeedPart />
      <ul className="offers" aria-busy={status === "planning"}>
        {offers.map((offer) => (
          <Offer key={offer.repository} {...{ offer, isBusy, onChoose }} />
        ))}
      </ul>
      <p className="soft small" aria-live="polite">
        {status === "planning" && "Planning the memory of each model…"}
      </p>
      {problem !== null && <p className="problem">{problem}</p>}
    </section>
  );
}

/** The button that measures this machine, and where the expected speeds come from. */
function SpeedPart() {
  const { lab } = usePage();
  const { speed, isMeasuring, key } = useStore(lab.offers);
  const isLocked = useIsLocked();
  return (
    <div className="stack">
      <p className="soft small" aria-live="polite">
        {isMeasuring
          ? "Measuring how fast this machine samples…"
          : speed === null
            ? "The speed of these models here is not known yet."
            : SPEED_BASIS}
      </p>
      <div>
        <Button
          look="small"
          disabled={isMeasuring || isLocked || key === null}
          onClick={() => lab.offers.measure()}
        >
          {speed === null ? "Estimate speed (2 seconds)" : "Estimate again"}
        </Button>
      </div>
    </div>
  );
}

function Offer({ offer, ...chosen }: ModelOffersProps & { readonly offer: ModelOffer }) {
  const { lab } = usePage();
  const speed = useStore(lab.offers, (state) => state.speed);
  const { repository, commit, parameters, licence, gate, about, context, variants } = offer;
  const facts = [`${shortCount(parameters)} parameters`, licence, `context ${count(context)} tokens`];
  if (speed !== null) facts.push(speedText(speed, parameters));
  return (
    <li className="offer stack">
      <div>
        <strong>{repository}</strong> <span className="soft small">at {commit.slice(0, 12)}</span>
      </div>
      <p className="small">{about}</p>
      <p className="soft small">{facts.join(" · ")}</p>
      {gate !== null && <p className="watch small">{gate}</p>}
      <ul className="offers">
        {variants.map((variant) => (
          <Variant key={variant.settings?.basePrecision ?? ""} {...{ repository, variant }} {...chosen} />
        ))}
      </ul>
    </li>
  );
}

interface VariantProps extends ModelOffersProps {
  readonly repository: string;
  readonly variant: ModelVariant;
}

/** One way to run a model: its fit, and the button that looks it up or, once stored, selects it. */
function Variant({ repository, variant, isBusy, onChoose }: VariantProps) {
  const { lab, view } = usePage();
  const isLocked = useIsLocked();
  const stored = useStore(lab.hub, (state) => state.stored);
  const isStored = stored.some((one) => one.isComplete && nameOf(one) === variant.id);
  const choose = (): void => {
    lab.offers.apply(variant);
    if (!isStored) return onChoose(variant.id);
    lab.settings.setState({ model: variant.id });
    view.setState({ dialog: null });
  };
  const what = `${variant.format} · ${isStored ? "stored" : fileSize(variant.bytes)}`;
  return (
    <li className="offer__variant">
      <Button
        look="small"
        {...(!isStored && { icon: "download" })}
        disabled={isBusy || isLocked}
        aria-label={`${isStored ? "Use" : "Look up"} ${repository}, ${what}, ${variantText(variant)}`}
        onClick={choose}
      >
        {what}
      </Button>
      <span className="small">
        {variant.settings !== null && <span className="soft">With {variantText(variant)}: </span>}
        <span className={variant.problem === null ? "" : "problem"}>{fitText(variant)}</span>
      </span>
    </li>
  );
}

/** The identifier of a stored model at its commit. */
function nameOf({ repository, commit, file }: { repository: string; commit: string; file: string | null }) {
  return `${repository}@${commit}${file === null ? "" : `:${file}`}`;
}
