import { useEffect, useRef } from "react";
import { draw, type Scene } from "./drawing";
import type { LivePlayer } from "./livePlayer";
import { hueOf } from "./musicalNames";

/** Between two drawings for those who want nothing to move. */
const STILL_MS = 1_000;

/** What is heard, to look at: its spectrum, and its notes as they are played. */
export function Visualiser({ live, style }: { live: LivePlayer; style: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const levels = new Float32Array(96);
    let last_ms = Number.NEGATIVE_INFINITY;
    let request = 0;
    const turn = (now_ms: number) => {
      request = requestAnimationFrame(turn);
      if (still && now_ms - last_ms < STILL_MS) return;
      last_ms = now_ms;
      draw(context, fitted(element), sceneOf(live, style, levels, still));
    };
    request = requestAnimationFrame(turn);
    return () => cancelAnimationFrame(request);
  }, [live, style]);

  return <canvas ref={canvas} className="visualiser" />;
}

function sceneOf(live: LivePlayer, style: string, levels: Float32Array, still: boolean): Scene {
  const { parameters, asked } = live.state.get();
  return {
    hue: hueOf(parameters?.style ?? style),
    intensity: asked.intensity ?? parameters?.intensity ?? 0.3,
    position: live.position,
    score: live.score,
    analyser: live.analyser,
    levels,
    still,
  };
}

/** Gives the canvas as many pixels as the screen shows of it. */
function fitted(element: HTMLCanvasElement): { width: number; height: number } {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [element.clientWidth, element.clientHeight];
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (element.width !== wide || element.height !== high) {
    element.width = wide;
    element.height = high;
    element.getContext("2d")?.setTransform(scale, 0, 0, scale, 0, 0);
  }
  return { width, height };
}
