/** The message at the top of the page. */
import { createStore, type StoreApi } from "zustand/vanilla";

interface Notice {
  readonly tone: "info" | "error";
  readonly text: string;
}

export interface NoticeStore extends StoreApi<Notice | null> {
  info(text: string): void;
  error(text: string): void;
  clear(): void;
}

/** Creates the store without a message. */
export function createNoticeStore(): NoticeStore {
  const store = createStore<Notice | null>(() => null);
  return {
    ...store,
    info: (text) => store.setState({ tone: "info", text }, true),
    error: (text) => store.setState({ tone: "error", text }, true),
    clear: () => store.setState(null, true),
  };
}
