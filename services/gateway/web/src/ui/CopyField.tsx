import { Copy } from "lucide-react";
import { useRef, useState } from "react";

/** Something to be taken elsewhere, with a button that copies it. */
export function CopyField({ name, value }: { name: string; value: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [said, say] = useState("");

  async function copy(): Promise<void> {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      say("Copied.");
    } catch {
      // Browsers let only pages by https, or from this machine, write to the clipboard.
      say("Marked: copy it from here.");
    }
  }

  return (
    <div className="copy">
      <label>
        <span className="hush">{name}</span>
        <input ref={field} readOnly value={value} />
      </label>
      <button
        type="button"
        className="icon"
        aria-label={`Copy: ${name}`}
        title="Copy"
        onClick={copy}
      >
        <Copy />
      </button>
      <span className="hush" role="status">
        {said}
      </span>
    </div>
  );
}
