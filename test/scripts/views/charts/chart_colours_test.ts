import assert from "node:assert/strict";
import {
  COLOURS,
  configOf,
  GROUNDS,
  ROLES,
  type Theme,
  THEMES,
} from "../../../../scripts/views/charts/theme.ts";

type Colour = readonly [number, number, number];

/**
 * Linear RGB as seen without one kind of cone.
 *
 * Source: Machado, Oliveira and Fernandes, A Physiologically-based Model for
 * Simulation of Color Vision Deficiency, 2009, severity 1.
 */
const VISIONS: Readonly<Record<string, readonly Colour[]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Converts linear RGB to XYZ relative to white. */
const TO_XYZ: readonly Colour[] = [
  [0.43395, 0.37622, 0.18983],
  [0.2126729, 0.7151522, 0.072175],
  [0.01776, 0.10946, 0.87279],
];

function linear(hex: string): Colour {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

function multiply(rows: readonly Colour[], colour: Colour): Colour {
  const [x, y, z] = rows.map((row) =>
    row.reduce((sum, factor, i) => sum + factor * colour[i], 0)
  );
  return [x, y, z];
}

/** Distance of two colours in CIELAB; about 2.3 is just noticeable. */
function distance(one: Colour, other: Colour): number {
  const [p, q] = [one, other].map((colour) => {
    const inside = colour.map((c) => Math.min(Math.max(c, 0), 1));
    const [x, y, z] = multiply(TO_XYZ, inside as unknown as Colour)
      .map((v) => v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  });
  return Math.hypot(...p.map((value, i) => value - q[i]));
}

/**
 * Contrast ratio of two colours by the Web Content Accessibility Guidelines.
 */
function contrast(one: Colour, other: Colour): number {
  const [low, high] = [one, other].map((c) => multiply(TO_XYZ, c)[1])
    .sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The value of a theme under nested keys. */
function configured<T>(theme: Theme, ...keys: readonly string[]): T {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    configOf(theme),
  ) as T;
}

Deno.test("colour-blind readers can tell the colours of folds apart", () => {
  for (const [vision, matrix] of Object.entries(VISIONS)) {
    const seen = COLOURS.map((hex) => multiply(matrix, linear(hex)));
    seen.forEach((one, i) =>
      seen.slice(0, i).forEach((other, j) => {
        const apart = distance(one, other);
        assert(apart > 15, `${vision}: ${i} and ${j} are ${apart} apart`);
      })
    );
  }
});

Deno.test("ON and OFF events can be told apart even without colours", () => {
  for (const { on, off } of Object.values(GROUNDS)) {
    assert(contrast(linear(on), linear(off)) > 1.6);
    for (const [vision, matrix] of Object.entries(VISIONS)) {
      const [one, other] = [on, off].map((hex) =>
        multiply(matrix, linear(hex))
      );
      assert(distance(one, other) > 50, `${vision}: ${on} and ${off}`);
    }
  }
});

Deno.test("red and green would not be told apart", () => {
  const [red, green] = ["#B05A3C", "#6E7A2E"].map((hex) =>
    multiply(VISIONS.deuteranopia, linear(hex))
  );
  assert(distance(red, green) < 15);
});

Deno.test("colours stand out on the ground of both themes", () => {
  for (const theme of THEMES) {
    const paper = linear(configured(theme, "background"));
    const { on, off, accent } = GROUNDS[theme];
    for (const hex of [...COLOURS, ...Object.values(ROLES), on, off, accent]) {
      const ratio = contrast(linear(hex), paper);
      assert(ratio >= 3, `${hex} has ${ratio} on ${theme}`);
    }
    const ink = linear(configured(theme, "axis", "labelColor"));
    assert(contrast(ink, paper) > 12);
  }
});

Deno.test("numbers can be read on every cell of the confusion matrix", () => {
  for (const theme of THEMES) {
    const ramp = configured<string[]>(theme, "range", "ramp");
    const rgb = ramp.map((hex) =>
      [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
    );
    for (let share = 0; share <= 100; share++) {
      const at = Math.min(Math.floor(share / 25), 3);
      const mixed = rgb[at].map((value, i) =>
        Math.round(value + (rgb[at + 1][i] - value) * (share / 25 - at))
      );
      const cell = `#${
        mixed.map((v) => v.toString(16).padStart(2, "0")).join("")
      }`;
      const style = share < 60 ? "onWeak" : "onStrong";
      const text = configured<string>(theme, "style", style, "color");
      const ratio = contrast(linear(text), linear(cell));
      assert(ratio >= 3, `${theme}, ${share} %: ${ratio}`);
    }
  }
});
