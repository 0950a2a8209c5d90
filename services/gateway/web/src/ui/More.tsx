import { useEffect, useRef } from "react";

/** The end of a list: reads on when it comes into sight, or at the press of the button. */
export function More({ has, read }: { has: boolean; read: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!has || !button.current) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && read(), {
      rootMargin: "600px",
    });
    watch.observe(button.current);
    return () => watch.disconnect();
  }, [has, read]);
  if (!has) return null;
  return (
    <button ref={button} type="button" className="link" onClick={read}>
      More
    </button>
  );
}
