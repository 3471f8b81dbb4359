/**
 * `deno task tensorstore`: compares a sliced store, column by column, to the
 * columns that TensorStore reads of it. It is not part of `deno task test`
 * because few machines have TensorStore; it fails if TensorStore is missing.
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
