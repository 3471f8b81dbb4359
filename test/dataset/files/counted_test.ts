import assert from "node:assert/strict";
import { counted } from "../../../dataset/files/counted.ts";

Deno.test("counted() writes the noun in the singular only after 1", () => {
  assert.equal(counted(0, "epoch"), "0 epochs");
  assert.equal(counted(1, "epoch"), "1 epoch");
  assert.equal(counted(2, "epoch"), "2 epochs");
  const format = (count: number) => count.toLocaleString("en");
  assert.equal(counted(12345, "event", { format }), "12,345 events");
});
