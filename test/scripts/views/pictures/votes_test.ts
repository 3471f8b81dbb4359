import assert from "node:assert/strict";
import { GROUNDS, ROLES } from "../../../../scripts/views/charts/theme.ts";
import {
  drawVotes,
  votesAt,
} from "../../../../scripts/views/pictures/animation/votes_drawing.ts";
import { layOutVotes } from "../../../../scripts/views/pictures/animation/votes.ts";
import type { NetworkResponse } from "../../../../scripts/views/pictures/animation/network_response.ts";

const TIMING = { unitUs: 1, fromFirstEvent: true };

/** Two outputs without neurons, over two bins of 50 ms. */
const LOGITS: NetworkResponse = {
  fold: 1,
  names: ["cat", "dog"],
  label: 0,
  prediction: 1,
  times: [[], []],
  logits: [[Math.log(3), 0], [0, Math.log(4)]],
  span: { timing: TIMING, lengthUs: 100_000 },
};

Deno.test("votes of a readout are probabilities by the last bin", () => {
  assert.deepEqual(votesAt(LOGITS, 49), { values: [0, 0] });
  const at = (until: number) => {
    const { values, leader } = votesAt(LOGITS, until);
    return [...values.map((value) => value.toFixed(6)), leader];
  };
  assert.deepEqual(at(50), ["0.750000", "0.250000", 0]);
  assert.deepEqual(at(99), ["0.750000", "0.250000", 0]);
  assert.deepEqual(at(100), ["0.200000", "0.800000", 1]);
  assert.deepEqual(at(Infinity), ["0.200000", "0.800000", 1]);
});

Deno.test("an animation draws probabilities as columns and bars", async () => {
  const { layout } = await layOutVotes(LOGITS, "light", 300);
  const { raster, row } = layout;
  const drawn = (until: number) =>
    drawVotes(LOGITS, { layout, theme: "light", until });
  const paths = (until: number) =>
    [...drawn(until).matchAll(/<path d="([^"]*)" fill="([^"]*)"/g)]
      .map(([, d, fill]) => ({ d, fill }));
  assert.deepEqual(paths(10).map(({ d }) => d), ["", ""]);
  const height = row - 6;
  const [cat, dog] = paths(100);
  const half = raster.width / 2;
  const first = `M${raster.x} ${raster.y + 3 + height}`;
  const column = (share: number) =>
    `v-${Math.round(share * height)}h${half}v${Math.round(share * height)}z`;
  const second = `M${raster.x + half} ${raster.y + 3 + height}`;
  assert.equal(cat.d, first + column(0.75) + second + column(0.2));
  assert.deepEqual([cat.fill, dog.fill], [ROLES.target, ROLES.mistaken]);
  const words = drawn(100);
  for (
    const word of [
      "True class: cat",
      "Most probable so far: dog",
      "probability so far",
      "80 %",
    ]
  ) assert(words.includes(word), word);
  assert(words.includes(GROUNDS.light.ink));
});
