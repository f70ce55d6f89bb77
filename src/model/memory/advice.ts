/** The advice of a memory plan where no setting makes the run fit. */
export const SMALLER_MODEL = "choose a smaller model";
