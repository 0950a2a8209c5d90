import { Hourglass } from "lucide-react";

/** The mark of a track that is shown and cannot be played yet. */
export function Preparing() {
  const meaning = "Being prepared; a tap hurries it";
  return (
    <span className="preparing" title={meaning}>
      <Hourglass aria-label={meaning} />
    </span>
  );
}
