/**
 * Finds the GPUs that a process may use.
 *
 * @module
 */

/** Directory of PCI devices in Linux. */
const DEVICES = "/sys/bus/pci/devices";

/** NVIDIA's list of GPUs; in containers it may be a subset. */
const CARDS = "/proc/driver/nvidia/gpus";

/** PCI vendors of GPUs with a Vulkan driver. */
const [AMD, NVIDIA, INTEL] = ["0x1002", "0x10de", "0x8086"];

/** PCI classes of VGA, 3D and other display controllers. */
const CONTROLLERS = /^0x03(00|02|80)/;

/** PCI address of Intel's integrated GPUs. */
const INTEL_PROCESSOR = "0000:00:02.0";

/** Smallest memory of AMD's discrete GPUs, in bytes. */
const AMD_MEMORY = 4 * 2 ** 30;

/**
 * Environment variables with the GPUs of a job: Slurm's by the number N in
 * `/dev/nvidiaN`, CUDA's by index in bus order or by UUID.
 */
const SLURM = ["SLURM_STEP_GPUS", "SLURM_JOB_GPUS"];
const CUDA = "CUDA_VISIBLE_DEVICES";

/** Facts about a machine; `undefined` if unavailable or not permitted. */
export interface Machine {
  /** Reads a file. */
  read(path: string): string | undefined;
  /** Lists the names in a folder. */
  list(path: string): readonly string[] | undefined;
  /** Reads an environment variable. */
  variable(name: string): string | undefined;
}

const THIS: Machine = {
  read: (path) => attempt(() => Deno.readTextFileSync(path).trim()),
  list: (path) =>
    attempt(() => Array.from(Deno.readDirSync(path), ({ name }) => name)),
  variable: readVariable,
};

/**
 * Lists the GPUs of the machine, and those that this process may use: those of
 * its job, if an environment variable names them. Integrated GPUs are left out
 * if there is a discrete one. The directories that it reads require all
 * permissions in Deno.
 *
 * @param machine Facts about the machine. @default this machine
 * @returns PCI addresses such as `0000:81:00.0`, in order.
 */
export function findCards(
  machine: Machine = THIS,
): { readonly own: readonly string[]; readonly all: readonly string[] } {
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
  return { own: own.length > 0 ? own : all, all };
}

/** Finds the vendor of each GPU, by PCI address and in that order. */
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

/** Whether a GPU is integrated, and thus slower than discrete ones. */
function isInProcessor(
  place: string,
  vendor: string,
  { read }: Machine,
): boolean {
  if (vendor === INTEL) return place === INTEL_PROCESSOR;
  const memory = read(`${DEVICES}/${place}/mem_info_vram_total`);
  return vendor === AMD && memory !== undefined && Number(memory) < AMD_MEMORY;
}

/** Finds NVIDIA's GPUs that an environment variable names, if any does. */
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

/** Tells whether a name is that of the GPU at a PCI address and index. */
type Naming = (name: string, place: string, index: number) => boolean;

/**
 * Reads an environment variable.
 *
 * @param name Its name.
 * @returns Its value; `undefined` if it is not set or may not be read.
 */
export function readVariable(name: string): string | undefined {
  return attempt(() => Deno.env.get(name));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
