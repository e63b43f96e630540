import { startTransition, useEffect, useState } from "react";

/** Whether what uses it has been on the screen once; what waits for that does not hold up the rest. */
export const useDrawn = (): boolean => {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    // A frame calls this before it is drawn, so what follows it comes after.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setDrawn(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, []);
  return drawn;
};
