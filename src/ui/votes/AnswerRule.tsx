import type { AnswerRules } from "../../rl/contracts/types.ts";

/** The rule by which answers were found in responses. */
export function AnswerRule({ answers, answerFormat }: Pick<AnswerRules, "answers" | "answerFormat">) {
  return (
    <p className="small soft" data-testid="answer-rule">
      Answers found by{" "}
      {answers === "paper" ? (
        "the paper's rules"
      ) : (
        <>
          answer format <code>{answerFormat}</code>
        </>
      )}
    </p>
  );
}
