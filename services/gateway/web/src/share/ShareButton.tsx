import { Share2 } from "lucide-react";
import { useState } from "react";
import type { Things } from "./queries";
import { ShareSheet } from "./ShareSheet";

/** Offers to share something. */
export function ShareButton({ title, things }: { title: string; things: Things }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        <Share2 /> Share
      </button>
      {open && <ShareSheet title={title} things={things} onClose={() => setOpen(false)} />}
    </>
  );
}
