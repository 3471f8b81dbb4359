/**
 * Chooses among several GPUs of a machine.
 *
 * WebGPU opens the card that Vulkan lists first. Mesa's device-select layer,
 * which applies to every driver, changes that by the card's place on the PCI
 * bus; it is part of Debian's mesa-vulkan-drivers.
 *
 * @module
 */

/** Where Linux lists devices of the PCI bus. */
const DEVICES = "/sys/bus/pci/devices";

/** Where NVIDIA's driver lists its cards; containers may have but some. */
const NVIDIA = "/proc/driver/nvidia/gpus";

/** PCI vendors of cards with a Vulkan driver: AMD, NVIDIA, Intel. */
const VENDORS = ["0x1002", "0x10de", "0x8086"];

/** PCI classes of VGA, 3D and other display controllers. */
const CONTROLLERS = /^0x03(00|02|80)/;

/** Reads a file or the names in a folder; `undefined` where there is none. */
export interface Machine {
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
}

const THIS: Machine = {
  read: (path) => attempt(() => Deno.readTextFileSync(path).trim()),
  list: (path) =>
    attempt(() => Array.from(Deno.readDirSync(path), ({ name }) => name)),
};

/**
 * Lists the GPUs of this machine.
 *
 * @param machine Reads its files. @default this machine
 * @returns Their places on the PCI bus, such as `0000:81:00.0`, in order.
 */
export function listCards(machine: Machine = THIS): string[] {
  const nvidia = machine.list(NVIDIA)?.map((name) => name.toLowerCase());
  return (machine.list(DEVICES) ?? []).filter((place) => {
    const about = (what: string) => machine.read(`${DEVICES}/${place}/${what}`);
    const vendor = about("vendor") ?? "";
    return CONTROLLERS.test(about("class") ?? "") && VENDORS.includes(vendor) &&
      !(vendor === "0x10de" && nvidia && !nvidia.includes(place));
  }).sort();
}

/**
 * Gives the variables by which a process opens one card of several.
 *
 * @param cards The cards.
 * @param card Number of the card, from 0.
 * @returns The variables; none where there is no choice.
 */
export function cardVariables(
  cards: readonly string[],
  card: number,
): Readonly<Record<string, string>> {
  if (cards.length < 2) return {};
  return {
    DRI_PRIME: `pci-${cards[card].replaceAll(/[:.]/g, "_")}`,
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: "1",
  };
}

/**
 * Makes WebGPU open one card of several; must run before an adapter is
 * requested.
 *
 * @param cards The cards.
 * @param wanted Number of the card, from 0.
 * @returns The card's place on the PCI bus; `undefined` if there is none.
 * @throws {RangeError} If there are not as many cards.
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
  for (const variable of Object.entries(cardVariables(cards, wanted))) {
    Deno.env.set(...variable);
  }
  return cards[wanted];
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
