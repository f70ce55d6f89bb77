/** A request that cannot be carried out; the message says why and what to change. */
export class LabError extends Error {
  override readonly name = "LabError";
}
