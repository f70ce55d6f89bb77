/** The worker that reads data sets, so that large ones do not freeze the page. */
import {
  readDataset,
  type DatasetFile,
  type DatasetOptions,
  type DatasetReading,
  type Preview,
} from "../../data/dataset.ts";

/** Page to worker. */
export interface DataRequest {
  readonly files: readonly DatasetFile[];
  readonly options: DatasetOptions;
}

/** Worker to page: a preview, the data set in parts and the rest of its reading; or why it cannot be used. */
export type DataAnswer =
  | { readonly type: "preview"; readonly preview: Preview }
  | {
      readonly type: "part";
      readonly questions: DatasetReading["questions"];
      /** Some entries of the answer key, not only those of these questions. */
      readonly answers: readonly (readonly [id: string, answer: string])[];
    }
  | { readonly type: "read"; readonly rest: Omit<DatasetReading, "questions" | "answerKey"> }
  | { readonly type: "failed"; readonly problem: string };

const post = (answer: DataAnswer): void => self.postMessage(answer);

/** Questions in a message: receiving more of them at once would freeze the page. */
const PART = 5000;

function postReading({ questions, answerKey, ...rest }: DatasetReading): void {
  const answers = [...answerKey];
  for (let i = 0; i < questions.length; i += PART)
    post({ type: "part", questions: questions.slice(i, i + PART), answers: answers.slice(i, i + PART) });
  post({ type: "read", rest });
}

self.onmessage = ({ data: { files, options } }: MessageEvent<DataRequest>) => {
  readDataset(files, options, (preview) => post({ type: "preview", preview })).then(
    postReading,
    (error: unknown) =>
      post({ type: "failed", problem: error instanceof Error ? error.message : String(error) }),
  );
};
