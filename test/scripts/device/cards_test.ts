import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import { join } from "node:path";
import {
  CARDS_VARIABLE,
  cardVariables,
  chooseCard,
  findLayerProblem,
  listCards,
} from "../../../scripts/device/cards.ts";
import { findCards } from "../../../scripts/device/find_cards.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const CARDS = ["0000:19:00.0", "0000:3b:00.0", "10000:01:00.0"];

Deno.test("listCards() takes what deno.json found, or looks itself", () => {
  Deno.env.set(CARDS_VARIABLE, CARDS.join(","));
  deepStrictEqual(listCards(), CARDS);
  Deno.env.set(CARDS_VARIABLE, "");
  deepStrictEqual(listCards(), []);
  Deno.env.delete(CARDS_VARIABLE);
  deepStrictEqual(listCards(), findCards());
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
    strictEqual(new TextDecoder().decode(stdout), `${findCards()}\n`);
  }
});

Deno.test("chooseCard() chooses among several cards", () => {
  strictEqual(chooseCard([], 0), undefined);
  strictEqual(Deno.env.get("DRI_PRIME"), undefined);
  strictEqual(chooseCard(CARDS, 1), "0000:3b:00.0");
  strictEqual(Deno.env.get("DRI_PRIME"), "pci-0000_3b_00_0");
  Deno.env.delete("DRI_PRIME");
  Deno.env.delete("MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE");
  strictEqual(cardVariables(CARDS, 2).DRI_PRIME, "pci-10000_01_00_0");
  // The machine may have others that are not for this job.
  strictEqual(cardVariables(["0000:19:00.0"], 0).DRI_PRIME, "pci-0000_19_00_0");
});

Deno.test("chooseCard() refuses a card that is not there", () => {
  throws(() => chooseCard(["0000:19:00.0"], 1), {
    name: "RangeError",
    message: "Cannot use GPU 1: this machine has 1, counted from 0",
  });
  throws(() => chooseCard([], 2), /this machine has 0/);
});

Deno.test("findLayerProblem() says where several cards cannot be told apart", () => {
  const isLocal = (path: string) => path.startsWith("/usr/local/share/");
  strictEqual(findLayerProblem(CARDS, isLocal), undefined);
  strictEqual(findLayerProblem(CARDS.slice(0, 1), () => false), undefined);
  match(findLayerProblem(CARDS, () => false)!, /open the same of 3; Debian's/);
});
