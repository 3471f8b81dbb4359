/// <reference lib="deno.worker" />

/**
 * Worker that looks for a WebGPU adapter and posts its description.
 *
 * @module
 */

import { findAdapter } from "./adapter.ts";

self.postMessage(await findAdapter());
