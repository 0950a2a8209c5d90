import { Volume2 } from "lucide-react";

/** How loud, from 0 to 1. */
export function Volume({ value, onMove }: { value: number; onMove: (value: number) => void }) {
  return (
    <label className="volume">
      <Volume2 aria-hidden="true" />
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={value}
        aria-label="Volume"
        onChange={(event) => onMove(Number(event.currentTarget.value))}
      />
    </label>
  );
}
