/// <reference lib="deno.worker" />

/**
 * Tells whoever started this worker what adapter there is.
 *
 * @module
 */

import { findAdapter } from "./adapter.ts";

self.postMessage(await findAdapter());
