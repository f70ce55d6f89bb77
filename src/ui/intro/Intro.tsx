import { Button } from "../Button.tsx";
import { Icon } from "../Icon.tsx";
import { usePage, useRun, useView } from "../page.tsx";
import "./intro.css";

/** Title, text and example of each stage. */
const STAGES = [
  ["Sample", "The model generates many responses to each question.", "64 × “… so \\boxed{?}”"],
  ["Extract", "The final answer is extracted from each response.", "25 · 25 · 24 · 25 · 31 · …"],
  ["Vote", "The most frequent answer becomes the pseudo-label.", "25 (38 of 64 votes)"],
  ["Reward", "Responses that match the pseudo-label earn 1, all others 0.", "1 · 1 · 0 · 1 · 0 · …"],
  ["Update", "Reinforcement learning makes rewarded responses more likely.", "one GRPO step"],
] as const;

/** A short explanation of TTRL, open before a run. */
export function Intro() {
  const { view } = usePage();
  const isIdle = useRun((state) => state.status === "idle");
  const isOpen = useView((state) => state.isIntroOpen) ?? isIdle;
  return (
    <section className="intro panel stack stack--wide" aria-labelledby="intro-title" data-open={isOpen}>
      <div className="intro__head">
        <h2 id="intro-title">Train a language model without labels, in your browser</h2>
        <Button
          look="plain small"
          aria-expanded={isOpen}
          onClick={() => view.setState({ isIntroOpen: !isOpen })}
        >
          {isOpen ? "Hide" : "How it works"}
          <Icon name="chevron" />
        </Button>
      </div>
      {isOpen && <Explanation />}
    </section>
  );
}

function Explanation() {
  return (
    <>
      <p className="prose">
        Test-time reinforcement learning (
        <a href="https://arxiv.org/abs/2504.16084" rel="noreferrer">
          TTRL
        </a>
        ) trains a model on questions without known answers. Each step has five stages:
      </p>
      <ol className="intro__steps">
        {STAGES.map(([title, text, example]) => (
          <li key={title}>
            <h3>{title}</h3>
            <p>{text}</p>
            <p className="intro__example soft">{example}</p>
          </li>
        ))}
      </ol>
      <p className="soft prose">
        <strong>What to expect.</strong> Press Start: a small built-in model trains on word problems, and its
        pass@1 rises. Everything runs in this tab; nothing is uploaded. Ground truth is used only to compute
        metrics. <strong>Limits.</strong> Majority voting amplifies what the model sometimes gets right; it
        adds no new knowledge. If most votes on a question are wrong, the model learns the wrong answer; the
        vote board shows when this happens. The built-in models are tiny and can only do exercises like these.
      </p>
    </>
  );
}
