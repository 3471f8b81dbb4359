import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  chooseCard,
  listCards,
  type Machine,
} from "../../../scripts/device/cards.ts";

/** A machine with devices on its PCI bus, each class and vendor. */
function machine(
  devices: Readonly<Record<string, readonly [string, string]>>,
  nvidia?: readonly string[],
): Machine {
  return {
    list: (path) =>
      path.startsWith("/sys") ? Object.keys(devices).reverse() : nvidia,
    read(path) {
      const [place, what] = path.split("/").slice(-2);
      return devices[place][what === "class" ? 0 : 1];
    },
  };
}

const SERVER = {
  // A network card, the server's own display, and four cards.
  "0000:01:00.0": ["0x020000", "0x8086"],
  "0000:03:00.0": ["0x030000", "0x1a03"],
  "0000:19:00.0": ["0x030200", "0x10de"],
  "0000:3b:00.0": ["0x030200", "0x10de"],
  "0000:4c:00.0": ["0x030000", "0x10de"],
  "0000:5d:00.0": ["0x038000", "0x1002"],
} as const;

Deno.test("listCards() lists GPUs by their place on the bus", () => {
  deepStrictEqual(
    listCards(machine(SERVER)),
    ["0000:19:00.0", "0000:3b:00.0", "0000:4c:00.0", "0000:5d:00.0"],
  );
  deepStrictEqual(listCards({ read: () => "", list: () => undefined }), []);
});

Deno.test("listCards() leaves out cards that a container does not have", () => {
  deepStrictEqual(
    listCards(machine(SERVER, ["0000:3B:00.0"])),
    ["0000:3b:00.0", "0000:5d:00.0"],
  );
});

Deno.test("chooseCard() chooses among several cards", () => {
  const cards = listCards(machine(SERVER));
  strictEqual(chooseCard(cards, 1), "0000:3b:00.0");
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_3b_00_0");
  Deno.env.delete("DRI_PRIME");
  Deno.env.delete("MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE");
  // One card, or none that is known, is what WebGPU opens.
  strictEqual(chooseCard(["0000:19:00.0"], 0), "0000:19:00.0");
  strictEqual(chooseCard([], 0), undefined);
  strictEqual(Deno.env.get("DRI_PRIME"), undefined);
});

Deno.test("chooseCard() refuses a card that is not there", () => {
  throws(() => chooseCard(["0000:19:00.0"], 1), {
    name: "RangeError",
    message: "Cannot use GPU 1: this machine has 1, counted from 0",
  });
  throws(() => chooseCard([], 2), /this machine has 0/);
});
