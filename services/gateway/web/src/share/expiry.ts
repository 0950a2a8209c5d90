/** How long a link may stand, in days; 0 is without an end. */
export const STANDS_DAYS = { 0: "Never", 1: "After a day", 7: "After a week", 30: "After a month" };

const DAY_MS = 24 * 3600_000;

/** When a link ends that stands so many days from now. */
export function endOf(days: number, now_ms: number): string | null {
  return days ? new Date(now_ms + days * DAY_MS).toISOString() : null;
}
