import { startTransition, useEffect, useState } from "react";
import { whenIdle } from "./idle.ts";

/** Whether what uses it has been on the screen once; what waits for that holds up neither the rest nor who presses something. */
export const useDrawn = (): boolean => {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    // A frame calls this before it is drawn, so what follows it comes after.
    let stop: (() => void) | undefined;
    const frame = requestAnimationFrame(() => {
      stop = whenIdle(() => startTransition(() => setDrawn(true)), 0);
    });
    return () => {
      cancelAnimationFrame(frame);
      stop?.();
    };
  }, []);
  return drawn;
};
