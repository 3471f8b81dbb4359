import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import {
  type Card,
  CARDS_VARIABLE,
  cardVariables,
  chooseCard,
  formatCards,
  listCards,
  reachCards,
} from "../../../scripts/device/cards.ts";
import { findCards } from "../../../scripts/device/find_cards.ts";
import { firstGpu } from "../../../scripts/device/vulkan_order.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const PLACES = [
  "0000:19:00.0",
  "0000:3b:00.0",
  "0000:86:00.0",
  "10000:01:00.0",
];

/** The first two of them, of which each is opened by the address of the other. */
const CARDS: readonly Card[] = [
  { place: PLACES[0], prime: "pci-0000_3b_00_0" },
  { place: PLACES[1], prime: "pci-0000_19_00_0" },
];

const primeOf = (place: string) => `pci-${place.replaceAll(/[:.]/g, "_")}`;

/** Mesa's layer as it is meant, as in Debian 12, and if it is missing. */
const layers = (places: readonly string[]) => ({
  named: (prime: string) => places.find((place) => primeOf(place) === prime),
  differing: (prime: string) =>
    places.findLast((place) => primeOf(place) !== prime),
  missing: () => places[0],
});

Deno.test("listCards() takes the GPUs that deno.json found", () => {
  Deno.env.set(CARDS_VARIABLE, formatCards(CARDS));
  deepStrictEqual(listCards(), CARDS);
  Deno.env.set(CARDS_VARIABLE, PLACES[0]);
  deepStrictEqual(listCards(), [{ place: PLACES[0], prime: undefined }]);
  Deno.env.set(CARDS_VARIABLE, "");
  deepStrictEqual(listCards(), []);
  Deno.env.delete(CARDS_VARIABLE);
});

Deno.test("reachCards() finds by which address each GPU is opened", () => {
  const all = PLACES;
  const { named, differing, missing } = layers(all);
  deepStrictEqual(
    reachCards({ own: all, all }, named),
    all.map((place) => ({ place, prime: primeOf(place) })),
  );
  // The last is opened by any other's address, and the one before by its own.
  deepStrictEqual(reachCards({ own: all, all }, differing), [
    { place: PLACES[2], prime: primeOf(PLACES[3]) },
    { place: PLACES[3], prime: primeOf(PLACES[2]) },
  ]);
  deepStrictEqual(
    reachCards({ own: all, all }, missing).map(({ place }) => place),
    PLACES.slice(0, 1),
  );
  deepStrictEqual(reachCards({ own: all, all }, () => undefined), []);
});

Deno.test("reachCards() takes the GPUs of a job among those of its machine", () => {
  const all = PLACES.slice(0, 2);
  const { differing } = layers(all);
  deepStrictEqual(reachCards({ own: all, all }, differing), CARDS);
  deepStrictEqual(
    reachCards({ own: [PLACES[1]], all }, differing),
    CARDS.slice(1),
  );
  deepStrictEqual(
    reachCards({ own: [PLACES[0]], all: [PLACES[0]] }, throwError),
    [{ place: PLACES[0] }],
  );
});

Deno.test("firstGpu() asks Vulkan, whose first GPU is one of the machine's", () => {
  const { all } = findCards();
  const place = firstGpu();
  // A software adapter has no PCI address.
  if (all.length === 0) strictEqual(place, undefined);
  else strictEqual(all.includes(place!), true, place);
});

Deno.test("tasks that choose among GPUs are told them by deno.json", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const start = /^SLAYER_CARDS=\$\(deno (run .*?)\) deno run .*\bSLAYER_CARDS,/;
  for (const task of ["train", "train-test-only", "distributed", "sweep"]) {
    const [, words] = tasks[task].command.match(start);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: words.split(" "),
      cwd: ROOT,
    }).output();
    strictEqual(
      new TextDecoder().decode(stdout),
      `${formatCards(listCards())}\n`,
    );
  }
});

Deno.test("chooseCard() sets the variables of Mesa's layer", () => {
  strictEqual(chooseCard([]), undefined);
  strictEqual(chooseCard([{ place: PLACES[0] }]), PLACES[0]);
  strictEqual(Deno.env.get("DRI_PRIME"), undefined);
  strictEqual(chooseCard(CARDS, 1), PLACES[1]);
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_19_00_0");
  // Without an index the environment decides, and an index decides over it.
  strictEqual(chooseCard(CARDS), undefined);
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_19_00_0");
  strictEqual(chooseCard(CARDS, 0), PLACES[0]);
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_3b_00_0");
  clear();
  strictEqual(chooseCard(CARDS), PLACES[0]);
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_3b_00_0");
  clear();
  deepStrictEqual(cardVariables(CARDS, 2), {});
});

Deno.test("chooseCard() refuses a GPU that is not there", () => {
  throws(() => chooseCard([{ place: PLACES[0] }], 1), {
    name: "RangeError",
    message: "Cannot use GPU 1: 1 can be chosen, counted from 0",
  });
  throws(() => chooseCard([], 2), /Cannot use GPU 2: 0 can be chosen/);
});

/** Deletes the variables of the first card. */
function clear(): void {
  for (const name of Object.keys(cardVariables(CARDS, 0))) {
    Deno.env.delete(name);
  }
}

function throwError(): never {
  throw new Error("not expected to be asked");
}
