/**
 * Prints the GPUs of this machine, for `CARDS_VARIABLE` of tasks that may not
 * look themselves.
 *
 * @module
 */

import { findCards } from "./find_cards.ts";

console.log(findCards().join(","));
