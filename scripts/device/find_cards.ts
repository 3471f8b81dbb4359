/**
 * Finds the GPUs of a machine that a process may compute on.
 *
 * @module
 */

/** Where Linux lists devices of the PCI bus. */
const DEVICES = "/sys/bus/pci/devices";

/** Where NVIDIA's driver lists its cards; containers may have but some. */
const CARDS = "/proc/driver/nvidia/gpus";

/** PCI vendors of cards with a Vulkan driver. */
const [AMD, NVIDIA, INTEL] = ["0x1002", "0x10de", "0x8086"];

/** PCI classes of VGA, 3D and other display controllers. */
const CONTROLLERS = /^0x03(00|02|80)/;

/** Place of Intel's graphics that are a part of the processor. */
const INTEL_PROCESSOR = "0000:00:02.0";

/** Least memory of AMD's cards that are none of the processor, in bytes. */
const AMD_MEMORY = 4 * 2 ** 30;

/**
 * Variables that name the cards of a job: Slurm by the numbers of their files
 * `/dev/nvidiaN`, CUDA by their order on the bus or their UUIDs.
 */
const SLURM = ["SLURM_STEP_GPUS", "SLURM_JOB_GPUS"];
const CUDA = "CUDA_VISIBLE_DEVICES";

/** What can be asked of a machine; `undefined` where there is no answer. */
export interface Machine {
  /** Reads a file. */
  read(path: string): string | undefined;
  /** Lists the names in a folder. */
  list(path: string): readonly string[] | undefined;
  /** Reads a variable of the environment. */
  variable(name: string): string | undefined;
}

const THIS: Machine = {
  read: (path) => attempt(() => Deno.readTextFileSync(path).trim()),
  list: (path) =>
    attempt(() => Array.from(Deno.readDirSync(path), ({ name }) => name)),
  variable: (name) => Deno.env.get(name),
};

/**
 * Lists the GPUs that this process may compute on: those of its job, where a
 * variable names them. Graphics that are a part of the processor are left out
 * where there is another card. Deno lets only programs with all permissions
 * read the folders of Linux that tell.
 *
 * @param machine What is asked. @default this machine
 * @returns Their places on the PCI bus, such as `0000:81:00.0`, in order.
 */
export function findCards(machine: Machine = THIS): string[] {
  const vendors = findVendors(machine);
  const cards = [...vendors.keys()];
  const separate = cards.filter((place) =>
    !isInProcessor(place, vendors.get(place)!, machine)
  );
  const all = separate.length > 0 ? separate : cards;
  const own = cardsOfJob(
    all.filter((place) => vendors.get(place) === NVIDIA),
    machine,
  );
  return own.length > 0 ? own : all;
}

/** Finds the vendor of each GPU, by its place and in the order of places. */
function findVendors({ read, list }: Machine): Map<string, string> {
  const nvidia = list(CARDS)?.map((name) => name.toLowerCase());
  const found = (list(DEVICES) ?? []).toSorted().map((place) => {
    const vendor = read(`${DEVICES}/${place}/vendor`) ?? "";
    return [place, vendor] as const;
  });
  return new Map(
    found.filter(([place, vendor]) =>
      CONTROLLERS.test(read(`${DEVICES}/${place}/class`) ?? "") &&
      [AMD, NVIDIA, INTEL].includes(vendor) &&
      !(vendor === NVIDIA && nvidia && !nvidia.includes(place))
    ),
  );
}

/** Whether a GPU is a part of the processor, and so much slower than a card. */
function isInProcessor(
  place: string,
  vendor: string,
  { read }: Machine,
): boolean {
  if (vendor === INTEL) return place === INTEL_PROCESSOR;
  const memory = read(`${DEVICES}/${place}/mem_info_vram_total`);
  return vendor === AMD && memory !== undefined && Number(memory) < AMD_MEMORY;
}

/** Finds NVIDIA's cards that a variable names; none if no variable does. */
function cardsOfJob(
  nvidia: readonly string[],
  { read, variable }: Machine,
): string[] {
  const about = (place: string, what: string) =>
    read(`${CARDS}/${place}/information`)
      ?.match(new RegExp(`^${what}:\\s*(\\S+)`, "m"))?.[1];
  const named = (text: string | undefined, isCard: Naming) => {
    const names = text?.split(",").map((name) => name.trim()) ?? [];
    return nvidia.filter((place, index) =>
      names.some((name) => name !== "" && isCard(name, place, index))
    );
  };
  const bySlurm = SLURM.map((name) =>
    named(
      variable(name),
      (number, place, index) =>
        number === (about(place, "Device Minor") ?? String(index)),
    )
  ).find(({ length }) => length > 0);
  return bySlurm ??
    named(variable(CUDA), (name, place, index) =>
      name === String(index) ||
      name.startsWith("GPU-") && about(place, "GPU UUID")?.startsWith(name) ===
          true);
}

/** Says whether a name is that of a card at a place, the index-th on the bus. */
type Naming = (name: string, place: string, index: number) => boolean;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
