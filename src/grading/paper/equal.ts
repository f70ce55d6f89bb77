/** Equality of two extracted answers, in the stages of the authors' grader. */
import { at } from "../../math/at.ts";
import { hendrycksForm } from "./text/hendrycks.ts";
import { isZero } from "./value/isZero.ts";
import { isWhole, strongForm, withoutThousands } from "./text/strongForm.ts";
import { strip } from "./text/pythonText.ts";

/** Maximum length of answers compared beyond the first, lenient form. */
const MAX_LENGTH = 200_000;

/** Maximum length of a difference evaluated as a formula. */
const MAX_FORMULA_LENGTH = 20_000;

/** Returns true if an answer equals the truth; null if deciding would take too long. */
export function paperAnswersEqual(given: string, truth: string): boolean | null {
  if (hendrycksForm(given) === hendrycksForm(truth)) return true;
  if (Math.max(given.length, truth.length) > MAX_LENGTH) return null;
  const givenForm = strongForm(given);
  const truthForm = strongForm(truth);
  if (givenForm === truthForm) return true;
  if (givenForm === "") return false;
  const givenElements = elementsOf(givenForm);
  const truthElements = elementsOf(truthForm);
  const sameBrackets = givenForm[0] === truthForm[0] && givenForm.at(-1) === truthForm.at(-1);
  if (givenElements.length !== truthElements.length || (truthElements.length > 1 && !sameBrackets))
    return false;
  if (truthElements.length === 0) return false;
  const verdicts = truthElements.map((element, i) => elementsEqual(element, at(givenElements, i)));
  return verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;
}

/** Returns the elements of a tuple or interval; any other text is one element, an empty text none. */
function elementsOf(form: string): string[] {
  const text = withoutThousands(form);
  if (text === "") return [];
  const inner = text.slice(1, -1);
  const isTuple = text.length > 2 && /^[()[\]]/.test(text) && /[()[\]]$/.test(text) && !/[()[\]]/.test(inner);
  return isTuple ? inner.split(",").map(strip) : [text];
}

const FRACTION = /^-?[0-9]+[^\n]?\/0*[1-9][0-9]*[^\n]?\n?$/;

/** Brackets around brackets, on which the authors' parser fails from some depth on: ungraded rather than different. */
const MANY_BRACKETS = /[([{]{31}/;

/** Compares fractions as text, integers only with integers, and everything else by algebra. */
function elementsEqual(truth: string, given: string): boolean | null {
  if (FRACTION.test(truth) && FRACTION.test(given)) return truth === given;
  if (isWhole(truth) !== isWhole(given)) return false;
  const difference = `(${truth})-(${given})`;
  if (difference.length > MAX_FORMULA_LENGTH) return null;
  if (!mayBeEvaluated(difference)) return false;
  const verdict = isZero(difference);
  return verdict === false && MANY_BRACKETS.test(difference) ? null : verdict;
}

/** Returns false for more than two letters, and for powers that take the authors' library too long. */
function mayBeEvaluated(text: string): boolean {
  const letters = text.replaceAll("sqrt", "").replaceAll("frac", "").match(/\p{L}/gu) ?? [];
  return new Set(letters).size <= 2 && !/\^\{|\^\(|\^[0-9]+\^|\^[0-9][0-9]+/.test(text);
}
