/**
 * Prints the GPUs of this machine, for `CARDS_VARIABLE` of tasks without the
 * permission to find them; those that the variable names already, if it is set.
 *
 * @module
 */

import { formatCards, listCards } from "./cards.ts";

console.log(formatCards(listCards()));
