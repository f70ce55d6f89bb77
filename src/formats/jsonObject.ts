/** A parsed JSON file whose meaning is another module's business. */
export type JsonObject = Readonly<Record<string, unknown>>;
