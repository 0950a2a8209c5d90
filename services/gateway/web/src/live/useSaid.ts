import { useEffect, useState } from "react";

const SAID_FOR_MS = 4_000;

/** Something said in passing: what it is, empty after a while, and how to say it. */
export function useSaid(): [string, (said: string) => void] {
  const [said, say] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => say(""), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return [said, say];
}
