/** What remedies did, in words. */
import { text, type MetricText } from "./metricTexts.ts";

/** Of steps with a remedy that they tell of. */
export const REMEDY_TEXTS = {
  savedVotes: text(
    "votes saved",
    "share",
    "1 - votes drawn / votes allowed",
    "Votes that were never drawn because a question's winner was safe before (vote batch above 0). It rises as the policy sharpens.",
  ),
  teacherAgreement: text(
    "teacher agreement",
    "share",
    "mean over questions of [teacher's majority = policy's majority]",
    "How often the slow teacher would choose the label that the policy's own responses choose. Where it stays low, the policy has left what it began with.",
  ),
  novelty: text(
    "novelty",
    "share",
    "mean over responses of 1 - (mean similarity within the class + highest similarity) / 2",
    "How little responses share with the others of their question, in runs of one to three tokens. Near 0 the policy says one thing only.",
  ),
} as const satisfies Record<string, MetricText>;
