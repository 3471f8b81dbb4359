/**
 * `deno task tensorstore`: compares a sliced store, column by column, to what
 * TensorStore reads of it. It is no test of `deno task test`, for few machines
 * have TensorStore; where it is missing this fails and says so.
 *
 * @module
 */

import { compareColumns, hasReader } from "./other_reader.ts";

const reader = { python: "python3", library: "tensorstore" } as const;
if (hasReader(reader)) {
  const columns = await compareColumns(reader);
  console.log(`TensorStore reads all ${columns} columns as they were recorded`);
} else {
  console.error("error: nothing was compared: python3 has no tensorstore");
  Deno.exit(1);
}
