/** First-fit allocator of index ranges. */
interface Range {
  readonly start: number;
  readonly length: number;
}

export class FreeRanges {
  /** Free ranges in ascending order, none adjacent. */
  #free: readonly Range[];

  constructor(start: number, length: number) {
    this.#free = [{ start, length }];
  }

  /** Allocates a range of this length and returns its start; null if none is free. */
  take(length: number): number | null {
    const fitting = this.#free.find((range) => range.length >= length);
    if (fitting === undefined) return null;
    const rest = { start: fitting.start + length, length: fitting.length - length };
    this.#free = this.#free.flatMap((range) => {
      if (range !== fitting) return [range];
      return rest.length > 0 ? [rest] : [];
    });
    return fitting.start;
  }

  /** Frees an allocated range. */
  give(start: number, length: number): void {
    const sorted = [...this.#free, { start, length }].sort((a, b) => a.start - b.start);
    const merged: Range[] = [];
    for (const range of sorted) {
      const before = merged.at(-1);
      if (before === undefined || before.start + before.length < range.start) merged.push(range);
      else merged[merged.length - 1] = { start: before.start, length: before.length + range.length };
    }
    this.#free = merged;
  }
}
