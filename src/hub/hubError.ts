/** A model cannot be found, accessed or downloaded. */
export class HubError extends Error {
  override readonly name = "HubError";
}

/** A failure worth a retry: a lost connection, a busy server. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** Seconds of the server's Retry-After; null if absent. */
  readonly seconds: number | null;

  constructor(message: string, seconds: number | null = null) {
    super(message);
    this.seconds = seconds;
  }
}
