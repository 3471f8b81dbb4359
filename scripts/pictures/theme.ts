/**
 * Colours of pictures, on light and on dark ground.
 *
 * @module
 */

/** Names of the themes. */
export const THEMES = ["light", "dark"] as const;

/** Name of a theme. */
export type ThemeName = typeof THEMES[number];

/**
 * Colours as `#rrggbb`.
 *
 * ON and OFF differ in hue, for the colour-blind too, and in brightness, for
 * print without colours; both stand out from the ground.
 */
export interface Theme {
  /** The ground that everything is drawn on. */
  readonly ground: string;
  /** Text and lines. */
  readonly ink: string;
  /** Text and lines that matter less. */
  readonly softInk: string;
  /** Grid lines. */
  readonly grid: string;
  /** ON events. */
  readonly on: string;
  /** OFF events. */
  readonly off: string;
}

/** The themes by name. */
export const THEME: Readonly<Record<ThemeName, Theme>> = {
  light: {
    ground: "#ffffff",
    ink: "#1b1b1b",
    softInk: "#555555",
    grid: "#d8d8d8",
    on: "#d97700",
    off: "#0b4f8a",
  },
  dark: {
    ground: "#14171a",
    ink: "#ececec",
    softInk: "#b0b4b8",
    grid: "#3a3f44",
    on: "#f2b134",
    off: "#3f8fd2",
  },
};
