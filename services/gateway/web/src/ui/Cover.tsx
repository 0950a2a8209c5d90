import { type CSSProperties, useState } from "react";

/** Where a cover is, as a square of that many pixels. */
export function coverAddress(sha256: string, size: 96 | 300 | 600): string {
  return `/api/v1/covers/${sha256}?size=${size}`;
}

/** A cover, or a quiet colour of the title's own where there is none. */
export function Cover({
  sha256,
  title,
  size,
}: {
  sha256: string | undefined;
  title: string;
  size: 96 | 300 | 600;
}) {
  const [broken, setBroken] = useState(false);
  if (!sha256 || broken) {
    const hue = [...title].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 360;
    return (
      <span className="cover blank" style={{ "--hue": hue } as CSSProperties} aria-hidden="true">
        {title.slice(0, 1)}
      </span>
    );
  }
  return (
    <img
      className="cover"
      src={coverAddress(sha256, size)}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}
