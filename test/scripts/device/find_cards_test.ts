import { deepStrictEqual } from "node:assert/strict";
import { findCards, type Machine } from "../../../scripts/device/find_cards.ts";

/** A device on the PCI bus: its files, and those of NVIDIA's driver. */
type Files = Readonly<Record<string, string>>;

/** A machine with devices at places on its bus. */
function machine(
  devices: Readonly<Record<string, Files>>,
  { variables = {}, nvidia }: {
    readonly variables?: Readonly<Record<string, string>>;
    readonly nvidia?: readonly string[];
  } = {},
): Machine {
  return {
    list: (path) =>
      path.startsWith("/sys") ? Object.keys(devices).reverse() : nvidia,
    read(path) {
      const [place, file] = path.split("/").slice(-2);
      return devices[place]?.[file];
    },
    variable: (name) => variables[name],
  };
}

const NVIDIA = { class: "0x030200", vendor: "0x10de" };
const AMD = { class: "0x038000", vendor: "0x1002" };
const INTEL = { class: "0x030000", vendor: "0x8086" };

const SERVER = {
  // A network card, and the server's own display.
  "0000:01:00.0": { class: "0x020000", vendor: "0x8086" },
  "0000:03:00.0": { class: "0x030000", vendor: "0x1a03" },
  "0000:19:00.0": NVIDIA,
  "0000:3b:00.0": NVIDIA,
  "0000:4c:00.0": { ...NVIDIA, class: "0x030000" },
  "0000:5d:00.0": AMD,
};

Deno.test("findCards() lists GPUs by their place on the bus", () => {
  deepStrictEqual(
    findCards(machine(SERVER)).own,
    ["0000:19:00.0", "0000:3b:00.0", "0000:4c:00.0", "0000:5d:00.0"],
  );
  const places = Array.from({ length: 8 }, (_, n) => `000${n}:00:00.0`);
  const eight = Object.fromEntries(places.map((place) => [place, NVIDIA]));
  deepStrictEqual(findCards(machine(eight)).own, places);
});

Deno.test("findCards() finds none where nothing tells of them", () => {
  deepStrictEqual(findCards(machine({})).own, []);
  deepStrictEqual(findCards(machine({ "0000:19:00.0": {} })).own, []);
  const silent = { list: () => undefined, read: () => undefined };
  deepStrictEqual(findCards({ ...silent, variable: () => "0" }).own, []);
});

Deno.test("findCards() leaves out cards that a container does not have", () => {
  deepStrictEqual(
    findCards(machine(SERVER, { nvidia: ["0000:3B:00.0"] })).own,
    ["0000:3b:00.0", "0000:5d:00.0"],
  );
});

Deno.test("findCards() leaves out the processor's graphics beside a card", () => {
  const vram = (bytes: number) => ({
    ...AMD,
    mem_info_vram_total: String(bytes),
  });
  const processors = {
    "0000:00:02.0": INTEL,
    "0000:0e:00.0": vram(2 ** 29),
  };
  const cards = {
    "0000:01:00.0": NVIDIA,
    "0000:03:00.0": vram(2 ** 34),
    "0000:04:00.0": INTEL,
  };
  deepStrictEqual(
    findCards(machine({ ...processors, ...cards })).own,
    Object.keys(cards),
  );
  deepStrictEqual(findCards(machine(processors)).own, Object.keys(processors));
});

const FOUR = Object.fromEntries(
  ["07", "0f", "47", "4e"].map((bus, n) => [`0000:${bus}:00.0`, {
    ...NVIDIA,
    // Some machines number files in another order than the bus.
    information: `Model: \t A100\nGPU UUID: \t GPU-${n}${n}a7-8c\n` +
      `Device Minor: \t ${(n + 2) % 4}\n`,
  }]),
);
const [A, B, C, D] = Object.keys(FOUR);

for (
  const [variables, expected] of [
    [{ CUDA_VISIBLE_DEVICES: "3,1" }, [B, D]],
    [{ CUDA_VISIBLE_DEVICES: "GPU-22a7" }, [C]],
    [{ SLURM_STEP_GPUS: "0,3", CUDA_VISIBLE_DEVICES: "0,1" }, [B, C]],
    [{ SLURM_JOB_GPUS: "2" }, [A]],
    // Of another vendor, for jobs without GPUs, and of parts of a card.
    [{ SLURM_JOB_GPUS: "128" }, [A, B, C, D]],
    [{ CUDA_VISIBLE_DEVICES: "NoDevFiles" }, [A, B, C, D]],
    [{ CUDA_VISIBLE_DEVICES: "" }, [A, B, C, D]],
    [{ CUDA_VISIBLE_DEVICES: "MIG-5" }, [A, B, C, D]],
  ] as const
) {
  Deno.test(`findCards() takes ${JSON.stringify(variables)} as it is`, () => {
    deepStrictEqual(findCards(machine(FOUR, { variables })).own, expected);
  });
}

Deno.test("findCards() takes numbers of cards that tell no more", () => {
  const variables = { SLURM_JOB_GPUS: "1" };
  deepStrictEqual(findCards(machine(SERVER, { variables })).own, [
    "0000:3b:00.0",
  ]);
});
