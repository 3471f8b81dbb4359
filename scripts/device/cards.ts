/**
 * Selects one of several GPUs.
 *
 * WebGPU opens the GPU that Vulkan lists first. Mesa's device-select layer,
 * which applies to every driver, changes that order by the variable `DRI_PRIME`;
 * it is part of Debian's package mesa-vulkan-drivers. Older versions of the
 * layer, as in Debian 12, take the last GPU whose PCI address differs from the
 * variable. Vulkan is therefore asked which GPU each value selects.
 *
 * @module
 */

import { warn } from "../command_line/print.ts";
import { findCards, readVariable } from "./find_cards.ts";
import { firstGpu } from "./vulkan_order.ts";

/**
 * Environment variable that passes the GPUs from `deno.json` to tasks, as
 * `PLACE=PRIME` separated by commas.
 */
export const CARDS_VARIABLE = "SLAYER_CARDS";

/** Environment variable of Mesa's layer that selects a GPU. */
const PRIME = "DRI_PRIME";

/**
 * Variables by which the layer hides other GPUs, and Vulkan's loader leaves out
 * the software adapter, which the layer could take for a GPU that differs.
 */
const OTHERS = {
  MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1",
  VK_LOADER_DRIVERS_DISABLE: "*lvp*",
};

/** A GPU that processes can open. */
export interface Card {
  /** PCI address, such as `0000:81:00.0`. */
  readonly place: string;
  /** Value of `DRI_PRIME` that makes it the first; none if it is the only. */
  readonly prime?: string;
}

/**
 * Lists the GPUs that processes can open: those that `deno.json` found, or else
 * those of this machine. Warns of GPUs that cannot be opened.
 *
 * @returns The GPUs, in the order of their PCI addresses.
 */
export function listCards(): Card[] {
  const told = readVariable(CARDS_VARIABLE);
  if (told === undefined) {
    const found = findCards();
    const cards = reachCards(found, firstGpuWith);
    const problem = findProblem(found.own, cards);
    if (problem !== undefined) warn(problem);
    return cards;
  }
  return told.split(",").filter((text) => text !== "").map((text) => {
    const [place, prime] = text.split("=");
    return { place, prime };
  });
}

/**
 * Writes GPUs as the value of `CARDS_VARIABLE`.
 *
 * @param cards The GPUs.
 * @returns The value.
 */
export function formatCards(cards: readonly Card[]): string {
  return cards.map(({ place, prime }) => prime ? `${place}=${prime}` : place)
    .join(",");
}

/**
 * Finds how to open each of several GPUs.
 *
 * @param found PCI addresses of the GPUs of this process, and of the machine.
 * @param first Finds the GPU that is opened with a value of `DRI_PRIME`.
 * @returns Those of the process's GPUs that can be opened.
 */
export function reachCards(
  { own, all }: {
    readonly own: readonly string[];
    readonly all: readonly string[];
  },
  first: (prime: string) => string | undefined,
): Card[] {
  if (all.length < 2) return own.map((place) => ({ place }));
  const primes = new Map<string | undefined, string>();
  for (const place of all) {
    const prime = `pci-${place.replaceAll(/[:.]/g, "_")}`;
    primes.set(first(prime), prime);
  }
  return own.filter((place) => primes.has(place))
    .map((place) => ({ place, prime: primes.get(place) }));
}

/** Finds the GPU that a process opens with a value of `DRI_PRIME`. */
function firstGpuWith(prime: string): string | undefined {
  const variables = { [PRIME]: prime, ...OTHERS };
  const before = Object.keys(variables).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  setVariables(variables);
  try {
    return firstGpu();
  } finally {
    setVariables(Object.fromEntries(before));
  }
}

function setVariables(values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) Deno.env.delete(name);
    else Deno.env.set(name, value);
  }
}

/** Describes the GPUs that cannot be opened, if there are any. */
function findProblem(
  own: readonly string[],
  { length }: readonly Card[],
): string | undefined {
  if (length === own.length) return undefined;
  return `only ${length} of ${own.length} GPUs can be chosen: this takes ` +
    "Mesa's device-select layer (Debian: mesa-vulkan-drivers), of a version " +
    "after Debian 12's for more than two";
}

/**
 * Returns the environment variables that make a process open one GPU.
 *
 * @param cards The GPUs.
 * @param index Index of the GPU.
 * @returns The variables; none if there is nothing to choose.
 */
export function cardVariables(
  cards: readonly Card[],
  index: number,
): Readonly<Record<string, string>> {
  const prime = cards[index]?.prime;
  return prime === undefined ? {} : { [PRIME]: prime, ...OTHERS };
}

/**
 * Makes WebGPU open one of several GPUs; must run before an adapter is
 * requested.
 *
 * @param cards The GPUs.
 * @param wanted Index of the GPU. @default the one that the environment names,
 * or else the first
 * @returns Its PCI address; `undefined` if it is unknown.
 * @throws {RangeError} If there is no GPU of that index.
 */
export function chooseCard(
  cards: readonly Card[],
  wanted?: number,
): string | undefined {
  if (wanted === undefined && readVariable(PRIME) !== undefined) return;
  const index = wanted ?? 0;
  if (index > 0 && index >= cards.length) {
    throw new RangeError(
      `Cannot use GPU ${index}: ${cards.length} can be chosen, counted from 0`,
    );
  }
  setVariables(cardVariables(cards, index));
  return cards[index]?.place;
}
