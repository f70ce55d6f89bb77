import { Icon } from "../Icon.tsx";
import { usePage, useRun, useView } from "../page.tsx";
import "./intro.css";

const STEPS = [
  {
    title: "Sample",
    text: "For each question the model writes many responses.",
    example: "64 × “… so \\boxed{?}”",
  },
  {
    title: "Read",
    text: "From each response the final answer is taken.",
    example: "25 · 25 · 24 · 25 · 31 · …",
  },
  { title: "Vote", text: "The most frequent answer becomes the pseudo-label.", example: "25 with 38 of 64" },
  {
    title: "Reward",
    text: "A response that agrees with it earns 1, any other 0.",
    example: "1 · 1 · 0 · 1 · 0 · …",
  },
  {
    title: "Update",
    text: "Reinforcement learning makes rewarded responses likelier.",
    example: "one GRPO step",
  },
] as const;

/** TTRL in five lines, and what not to expect of it. Open before a run, out of the way during one. */
export function Intro() {
  const { view } = usePage();
  const isIdle = useRun((state) => state.status === "idle");
  const isOpen = useView((state) => state.isIntroOpen) ?? isIdle;
  return (
    <section className="intro panel" aria-labelledby="intro-title" data-open={isOpen}>
      <div className="intro__head">
        <h2 id="intro-title">A language model that teaches itself, without labels</h2>
        <button
          type="button"
          className="button button--plain button--small intro__toggle"
          aria-expanded={isOpen}
          onClick={() => view.setState({ isIntroOpen: !isOpen })}
        >
          {isOpen ? "Hide" : "How it works"}
          <Icon name="chevron" />
        </button>
      </div>
      {isOpen && <Explanation />}
    </section>
  );
}

function Explanation() {
  return (
    <>
      <p className="intro__lead">
        Test-time reinforcement learning (
        <a href="https://arxiv.org/abs/2504.16084" rel="noreferrer">
          TTRL
        </a>
        ) trains a model on questions whose answers nobody has. Each step does five things:
      </p>
      <ol className="intro__steps">
        {STEPS.map(({ title, text, example }) => (
          <li key={title}>
            <h3>{title}</h3>
            <p>{text}</p>
            <p className="intro__example soft">{example}</p>
          </li>
        ))}
      </ol>
      <p className="soft">
        <strong>What to expect.</strong> Press Start: a small model embedded in this page practises word
        problems, here in your browser, and its pass@1 rises from step to step. Nothing leaves this tab. True
        answers only draw the curves; training never sees them. <strong>Limits.</strong> Voting sharpens what
        the model can already do now and then; it teaches nothing new. Where most votes are wrong, the wrong
        answer is what is learnt: the vote board shows it happen. The models here are tiny and know nothing
        beyond such exercises.
      </p>
    </>
  );
}
