import { Icon } from "../Icon.tsx";
import { usePage, useRun, useView } from "../page.tsx";
import "./intro.css";

const STEPS = [
  {
    title: "Sample",
    text: "The model generates many responses to each question.",
    example: "64 × “… so \\boxed{?}”",
  },
  {
    title: "Extract",
    text: "The final answer is extracted from each response.",
    example: "25 · 25 · 24 · 25 · 31 · …",
  },
  {
    title: "Vote",
    text: "The most frequent answer becomes the pseudo-label.",
    example: "25 (38 of 64 votes)",
  },
  {
    title: "Reward",
    text: "Responses that match the pseudo-label earn 1, all others 0.",
    example: "1 · 1 · 0 · 1 · 0 · …",
  },
  {
    title: "Update",
    text: "Reinforcement learning makes rewarded responses more likely.",
    example: "one GRPO step",
  },
] as const;

/** A short explanation of TTRL, open before a run. */
export function Intro() {
  const { view } = usePage();
  const isIdle = useRun((state) => state.status === "idle");
  const isOpen = useView((state) => state.isIntroOpen) ?? isIdle;
  return (
    <section className="intro panel" aria-labelledby="intro-title" data-open={isOpen}>
      <div className="intro__head">
        <h2 id="intro-title">Train a language model without labels, in your browser</h2>
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
        ) trains a model on questions without known answers. Each step has five stages:
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
        <strong>What to expect.</strong> Press Start: a small built-in model trains on word problems, and its
        pass@1 rises. Everything runs in this tab; nothing is uploaded. Ground truth is used only to compute
        metrics. <strong>Limits.</strong> Majority voting amplifies what the model sometimes gets right; it
        adds no new knowledge. If most votes on a question are wrong, the model learns the wrong answer; the
        vote board shows when this happens. The built-in models are tiny and can only do exercises like these.
      </p>
    </>
  );
}
