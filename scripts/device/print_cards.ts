/**
 * Prints the GPUs of this machine, for `CARDS_VARIABLE` of tasks without the
 * permission to find them.
 *
 * @module
 */

import { findCards } from "./find_cards.ts";

console.log(findCards().join(","));
