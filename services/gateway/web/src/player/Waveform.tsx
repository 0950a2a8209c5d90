import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { answer, api } from "../api/client";
import { duration } from "../ui/format";
import { usePlayer, usePlayerState } from "./PlayerProvider";
import { current } from "./queue";

const BAR_PX = 3;
const GAP_PX = 1;

/** The shape of the track that is on, and the place in it: drag, or use the arrow keys. */
export function Waveform() {
  const player = usePlayer();
  const track = usePlayerState((state) => current(state.queue));
  const position_s = usePlayerState((state) => state.position_s);
  const duration_s = usePlayerState((state) => state.duration_s);
  const canvas = useRef<HTMLCanvasElement>(null);
  const peaks = usePeaks(track?.has_waveform ? track.id : undefined);

  useEffect(() => {
    if (canvas.current) draw(canvas.current, peaks, duration_s ? position_s / duration_s : 0);
  }, [peaks, position_s, duration_s]);

  return (
    <div className="waveform">
      <span className="time">{duration(position_s * 1000)}</span>
      <div className="track">
        <canvas ref={canvas} />
        <input
          type="range"
          min={0}
          max={Math.max(1, Math.round(duration_s))}
          step={1}
          value={Math.round(position_s)}
          disabled={!track || track.preparing}
          aria-label="Place in the track"
          aria-valuetext={`${duration(position_s * 1000)} of ${duration(duration_s * 1000)}`}
          onChange={(event) => player.seek(Number(event.currentTarget.value))}
        />
      </div>
      <span className="time">{duration(duration_s * 1000)}</span>
    </div>
  );
}

/** The format of BBC audiowaveform, version 2: lowest and highest sample by turns. */
interface Audiowaveform {
  readonly bits: number;
  readonly channels: number;
  readonly data: readonly number[];
}

/** Peaks of a track from 0 to 1, or none while they are on their way. */
function usePeaks(trackId: string | undefined): readonly number[] {
  const { data } = useQuery({
    queryKey: ["waveform", trackId],
    enabled: trackId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      answer(
        api.GET("/api/v1/tracks/{track_id}/waveform", {
          params: { path: { track_id: trackId ?? "" } },
        }),
      ),
  });
  return useMemo(() => (data ? heights(data as Audiowaveform) : []), [data]);
}

/** How tall each pixel of a waveform is, from 0 to 1, the loudest channel counting. */
export function heights({ bits, channels, data }: Audiowaveform): number[] {
  const perPixel = 2 * channels;
  return Array.from({ length: Math.floor(data.length / perPixel) }, (_, pixel) => {
    const pair = data.slice(pixel * perPixel, (pixel + 1) * perPixel);
    return Math.min(1, Math.max(...pair.map(Math.abs)) / 2 ** (bits - 1));
  });
}

function draw(canvas: HTMLCanvasElement, peaks: readonly number[], played: number): void {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * scale;
  canvas.height = height * scale;
  const brush = canvas.getContext("2d");
  if (!brush) return;
  brush.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const bars = Math.floor(width / (BAR_PX + GAP_PX));
  for (let bar = 0; bar < bars; bar++) {
    const tall = Math.max(2, loudest(peaks, bar / bars, (bar + 1) / bars) * height);
    brush.fillStyle = style.getPropertyValue(bar / bars < played ? "--accent" : "--faint");
    brush.fillRect(bar * (BAR_PX + GAP_PX), (height - tall) / 2, BAR_PX, tall);
  }
}

/** The loudest peak between two places of a track, each from 0 to 1. */
export function loudest(peaks: readonly number[], from: number, to: number): number {
  const first = Math.floor(from * peaks.length);
  const last = Math.max(first + 1, Math.floor(to * peaks.length));
  return peaks.slice(first, last).reduce((most, peak) => Math.max(most, peak), 0);
}
