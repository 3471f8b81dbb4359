/**
 * Selects one of several GPUs.
 *
 * WebGPU opens the GPU that Vulkan lists first. Mesa's device-select layer,
 * which applies to every driver, can change that order by PCI address; it is
 * part of Debian's package mesa-vulkan-drivers.
 *
 * @module
 */

import { warn } from "../command_line/print.ts";
import { findCards } from "./find_cards.ts";

/**
 * Environment variable that passes the GPUs from `deno.json` to tasks, as PCI
 * addresses separated by commas.
 */
export const CARDS_VARIABLE = "SLAYER_CARDS";

/** Manifest of Mesa's layer, and the folders that Vulkan's loader searches. */
const LAYER = "vulkan/implicit_layer.d/VkLayer_MESA_device_select.json";
const FOLDERS = ["/usr/share", "/usr/local/share", "/etc", "/usr/local/etc"];

/**
 * Lists the GPUs of this machine.
 *
 * @returns PCI addresses such as `0000:81:00.0`, in order.
 */
export function listCards(): string[] {
  const told = Deno.env.get(CARDS_VARIABLE);
  if (told === undefined) return findCards();
  return told.split(",").filter((place) => place !== "");
}

/**
 * Returns the environment variables that make a process open one GPU.
 *
 * @param cards PCI addresses of the GPUs.
 * @param card Index of the GPU.
 * @returns The variables; none if no GPUs are known.
 */
export function cardVariables(
  cards: readonly string[],
  card: number,
): Readonly<Record<string, string>> {
  if (cards.length === 0) return {};
  return {
    DRI_PRIME: `pci-${cards[card].replaceAll(/[:.]/g, "_")}`,
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1",
  };
}

/**
 * Makes WebGPU open one of several GPUs; must run before an adapter is
 * requested.
 *
 * @param cards PCI addresses of the GPUs.
 * @param wanted Index of the GPU.
 * @returns Its PCI address; `undefined` if there are no GPUs.
 * @throws {RangeError} If there is no GPU of that index.
 */
export function chooseCard(
  cards: readonly string[],
  wanted: number,
): string | undefined {
  if (wanted > 0 && wanted >= cards.length) {
    throw new RangeError(
      `Cannot use GPU ${wanted}: this machine has ${cards.length}, counted ` +
        "from 0",
    );
  }
  const problem = findLayerProblem(cards);
  if (problem !== undefined) warn(problem);
  for (const variable of Object.entries(cardVariables(cards, wanted))) {
    Deno.env.set(...variable);
  }
  return cards[wanted];
}

/**
 * Checks that Mesa's layer, which chooses among several GPUs, is installed.
 *
 * @param cards PCI addresses of the GPUs.
 * @param exists Tells whether a file exists. @default looks on the disk
 * @returns The problem; `undefined` if there is none, or fewer than two GPUs.
 */
export function findLayerProblem(
  cards: readonly string[],
  exists: (path: string) => boolean = isThere,
): string | undefined {
  if (cards.length < 2) return undefined;
  if (FOLDERS.some((folder) => exists(`${folder}/${LAYER}`))) return undefined;
  return "Mesa's layer that chooses among GPUs is not found, and without it " +
    `all processes open the same of ${cards.length}; Debian's ` +
    "mesa-vulkan-drivers has it";
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
