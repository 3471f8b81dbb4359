/**
 * Durations as text.
 *
 * @module
 */

/**
 * Formats a duration.
 *
 * @param seconds The duration in s.
 * @returns Text such as `0.27 s`, `12 min 30 s` or `3 h 5 min`.
 *
 * @example
 * ```ts
 * import { duration } from "./duration.ts";
 * if (duration(153.8) !== "2 min 34 s") throw new Error(duration(153.8));
 * ```
 */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)];
  if (hours < 1) return `${minutes} min ${whole % 60} s`;
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.round(hours / 24)} days`;
}
