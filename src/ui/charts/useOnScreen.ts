import { useEffect, useRef, useState, type RefObject } from "react";

/** Distance from the viewport at which elements are already drawn. */
const MARGIN = "300px";

/** Whether an element is in or near the viewport; others need not be redrawn at every step. */
export function useOnScreen<T extends Element>(): { ref: RefObject<T | null>; isOnScreen: boolean } {
  const ref = useRef<T>(null);
  const [isOnScreen, setOnScreen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setOnScreen(entries.at(-1)?.isIntersecting === true),
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, isOnScreen };
}
