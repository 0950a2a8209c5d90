import type { HeardNote, Score } from "./score";
import { RATE_HZ } from "./wire";

/** What there is to see. */
export interface Scene {
  readonly hue: number;
  readonly intensity: number;
  /** The position that is heard; undefined while nothing is. */
  readonly position: number | undefined;
  readonly score: Score;
  readonly analyser: AnalyserNode | undefined;
  /** The spectrum as drawn last, which the next one moves on from. */
  readonly levels: Float32Array;
  /** Nothing shall move by itself. */
  readonly still: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const PAST_S = 7;
const AHEAD_S = 0.6;
const NOW = PAST_S / (PAST_S + AHEAD_S);
const [LOWEST, HIGHEST] = [30, 98];
const [LOWEST_HZ, HIGHEST_HZ] = [40, 14_000];
const [QUIETEST_DB, LOUDEST_DB] = [-95, -25];
const DRUMS: Readonly<Record<string, number>> = {
  kick: 0.955,
  snare: 0.93,
  shaker: 0.91,
  hat: 0.89,
};
/** How each part is drawn: thickness, how far its colour lies from the station's, how solid. */
const LOOKS: Readonly<Record<string, readonly [number, number, number]>> = {
  pad: [9, 0, 0.3],
  swell: [14, 30, 0.14],
  bass: [8, -24, 0.5],
  melody: [6, 128, 0.95],
  pluck: [5, 96, 0.85],
  bell: [4, -60, 0.9],
};

/** Draws what is heard now. */
export function draw(context: CanvasRenderingContext2D, size: Size, scene: Scene): void {
  ground(context, size, scene);
  spectrum(context, size, scene);
  if (scene.position === undefined) return;
  moment(context, size);
  played(context, size, scene, scene.position);
}

function ground(context: CanvasRenderingContext2D, { width, height }: Size, scene: Scene): void {
  const { hue, intensity } = scene;
  const shade = context.createLinearGradient(0, 0, width * 0.4, height);
  shade.addColorStop(0, `hsl(${hue} 38% ${9 + 5 * intensity}%)`);
  shade.addColorStop(1, `hsl(${hue + 28} 44% ${15 + 9 * intensity}%)`);
  context.fillStyle = shade;
  context.fillRect(0, 0, width, height);
}

/** A hill of sound along the foot: low notes left, high ones right. */
function spectrum(context: CanvasRenderingContext2D, { width, height }: Size, scene: Scene): void {
  const { analyser, levels, hue, still } = scene;
  if (!analyser) levels.fill(0);
  else measure(analyser, levels, still ? 1 : 0.18);
  context.beginPath();
  context.moveTo(0, height);
  let [x, y] = [0, height];
  for (let n = 0; n < levels.length; n++) {
    const [before, here, after] = [levels[n - 1] ?? 0, levels[n] ?? 0, levels[n + 1] ?? 0];
    const level = (before + 2 * here + after) / 4;
    const [nextX, nextY] = [(n / (levels.length - 1)) * width, height * (1 - 0.5 * level)];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    [x, y] = [nextX, nextY];
  }
  context.lineTo(width, y);
  context.lineTo(width, height);
  context.closePath();
  const light = context.createLinearGradient(0, height * 0.5, 0, height);
  light.addColorStop(0, `hsl(${hue + 20} 70% 68% / 0.34)`);
  light.addColorStop(1, `hsl(${hue} 60% 50% / 0.04)`);
  context.fillStyle = light;
  context.fill();
}

/** The spectrum from 0 to 1 in steps of equal intervals, moved towards what is measured now. */
function measure(analyser: AnalyserNode, levels: Float32Array, speed: number): void {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const bin_hz = analyser.context.sampleRate / analyser.fftSize;
  const ratio = (HIGHEST_HZ / LOWEST_HZ) ** (1 / levels.length);
  for (let n = 0; n < levels.length; n++) {
    const low_hz = LOWEST_HZ * ratio ** n;
    const first = Math.floor(low_hz / bin_hz);
    const last = Math.max(first, Math.floor((low_hz * ratio) / bin_hz) - 1);
    let loudest = QUIETEST_DB;
    for (let bin = first; bin <= last; bin++) loudest = Math.max(loudest, bins[bin] ?? QUIETEST_DB);
    // High sounds are weaker in all music; lifted by 3 dB an octave they are seen as well.
    const lifted = loudest + 3 * Math.log2(low_hz / 200);
    const level = Math.min(1, Math.max(0, (lifted - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)));
    levels[n] = (levels[n] ?? 0) + speed * (level - (levels[n] ?? 0));
  }
}

/** Where what is heard now stands. */
function moment(context: CanvasRenderingContext2D, { width, height }: Size): void {
  const line = context.createLinearGradient(0, height * 0.15, 0, height);
  line.addColorStop(0, "#ffffff00");
  line.addColorStop(0.5, "#ffffff2b");
  line.addColorStop(1, "#ffffff00");
  context.fillStyle = line;
  context.fillRect(width * NOW, height * 0.15, 1, height * 0.85);
}

function played(
  context: CanvasRenderingContext2D,
  size: Size,
  scene: Scene,
  position: number,
): void {
  const from = position - PAST_S * RATE_HZ;
  const to = position + AHEAD_S * RATE_HZ;
  context.lineCap = "round";
  for (const note of scene.score.between(from, to)) {
    const key = DRUMS[note.part];
    if (key !== undefined) drum(context, size, scene, note, position, key);
    else tone(context, size, scene, note, position);
  }
}

function across(width: number, position: number, now: number): number {
  return width * (NOW + (position - now) / RATE_HZ / (PAST_S + AHEAD_S));
}

function tone(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  { hue }: Scene,
  note: HeardNote,
  now: number,
): void {
  const [thickness, turn, strength] = LOOKS[note.part] ?? [5, 0, 0.6];
  const y = height * (0.86 - 0.68 * ((note.pitch - LOWEST) / (HIGHEST - LOWEST)));
  const end = Math.min(note.position + note.length, now + AHEAD_S * RATE_HZ);
  const [left, right] = [across(width, note.position, now), across(width, end, now)];
  const sounds = note.position <= now && note.position + note.length > now;
  const age_s = (now - note.position - note.length) / RATE_HZ;
  const faded = sounds ? 1 : age_s > 0 ? Math.max(0.1, 0.75 * (1 - age_s / PAST_S)) : 0.4;
  context.lineWidth = thickness * (0.6 + 0.6 * note.velocity);
  context.strokeStyle = `hsl(${hue + turn} 78% ${sounds ? 80 : 68}% / ${strength * faded})`;
  context.shadowColor = `hsl(${hue + turn} 90% 70% / 0.8)`;
  context.shadowBlur = sounds && strength > 0.4 ? 14 : 0;
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(Math.max(left + 0.1, right), y);
  context.stroke();
  context.shadowBlur = 0;
}

function drum(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
  { hue }: Scene,
  note: HeardNote,
  now: number,
  line: number,
): void {
  const age_s = Math.abs(now - note.position) / RATE_HZ;
  const strength = Math.max(0.1, 0.75 - age_s / 4) * (0.4 + 0.6 * note.velocity);
  const radius = (note.part === "kick" ? 4.5 : 2.5) * (0.6 + 0.6 * note.velocity);
  context.fillStyle = `hsl(${hue + 190} 40% 82% / ${strength})`;
  context.beginPath();
  context.arc(across(width, note.position, now), height * line, radius, 0, 2 * Math.PI);
  context.fill();
}
