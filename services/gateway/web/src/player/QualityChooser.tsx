import { useState } from "react";
import { chooseQuality, chosenQuality, QUALITY_CHOICES, type QualityChoice } from "./quality";

const LABELS: Record<QualityChoice, string> = {
  automatic: "Automatic",
  original: "Original",
  high: "High, 320 kbit/s",
  medium: "Medium, 128 kbit/s",
  low: "Low, 64 kbit/s",
};

/** In which quality to listen on this device, from the next track on. */
export function QualityChooser() {
  const [quality, setQuality] = useState(chosenQuality);
  return (
    <label className="quality">
      <span className="hush">Quality</span>
      <select
        value={quality}
        onChange={(event) => {
          const chosen = event.currentTarget.value as QualityChoice;
          chooseQuality(chosen);
          setQuality(chosen);
        }}
      >
        {QUALITY_CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {LABELS[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}
