/**
 * Formats times, numbers and event counts for display.
 *
 * @module
 */

import { counted } from "../../../../dataset/files/counted.ts";

/** A unit of time. */
export interface TimeUnit {
  /** Its symbol. */
  readonly name: "s" | "ms" | "µs";
  /** Its length in µs. */
  readonly us: number;
  /** Number of decimals of a time in this unit. */
  readonly decimals: number;
}

/**
 * Chooses a readable unit for times.
 *
 * @param lastUs The longest time to format, in µs.
 * @returns The unit.
 *
 * @example
 * ```ts
 * import { chooseTimeUnit } from "./time_unit.ts";
 * if (chooseTimeUnit(4_360_000).name !== "ms") throw new Error("not ms");
 * if (chooseTimeUnit(65_000_000).name !== "s") throw new Error("not s");
 * ```
 */
export function chooseTimeUnit(lastUs: number): TimeUnit {
  if (lastUs >= 10_000_000) return { name: "s", us: 1_000_000, decimals: 2 };
  if (lastUs >= 5_000) return { name: "ms", us: 1000, decimals: 0 };
  return { name: "µs", us: 1, decimals: 0 };
}

/**
 * Formats a duration with its unit.
 *
 * @param us The time in µs.
 * @returns The time to three digits, such as `4.36 s`.
 *
 * @example
 * ```ts
 * import { formatDuration } from "./time_unit.ts";
 * if (formatDuration(21_800) !== "21.8 ms") throw new Error("misread");
 * ```
 */
export function formatDuration(us: number): string {
  const [size, name] = us >= 1_000_000
    ? [1_000_000, "s"]
    : us >= 1000
    ? [1000, "ms"]
    : [1, "µs"];
  return `${formatNumber(Number((us / size).toPrecision(3)))} ${name}`;
}

/**
 * Formats a number with commas between thousands.
 *
 * @param value The number.
 * @param decimals Number of decimals; by default as many as needed, up to
 * three.
 * @returns The number, such as `12,345`.
 */
export function formatNumber(value: number, decimals?: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: decimals ?? 3,
  });
}

/**
 * Formats a number of events.
 *
 * @param count The number.
 * @returns The number and the word.
 */
export function formatEvents(count: number): string {
  return counted(count, "event", { format: formatNumber });
}
