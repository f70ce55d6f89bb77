/** Something about a model of the Hub that cannot be had: what, where, and what to do. */
export class HubError extends Error {
  override readonly name = "HubError";
}

/** A failure that may pass: a cut connection, a busy server. */
export class PassingError extends Error {
  override readonly name = "PassingError";
  /** Seconds after which the server wants to be asked again; null where it does not say. */
  readonly seconds: number | null;

  constructor(message: string, seconds: number | null = null) {
    super(message);
    this.seconds = seconds;
  }
}
