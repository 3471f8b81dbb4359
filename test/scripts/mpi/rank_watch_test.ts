import assert from "node:assert/strict";
import { join } from "node:path";
import { RankWatch } from "../../../scripts/mpi/rank_watch.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const LOCK = import.meta.resolve("../../../scripts/run/lock.ts");

Deno.test("RankWatch watches no rank whose lock it cannot see", async () => {
  await using folder = await temporaryFolder();
  const watch = new RankWatch();
  {
    using _watch = await watch.begin(folder.path, 0, {
      count: 2,
      meet: () => Deno.writeTextFile(join(folder.path, ".rank1"), ""),
    });
    await new Promise((done) => setTimeout(done, 600));
    watch.check();
  }
  const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  assert.deepEqual(names, [".rank1"]);
});

Deno.test("RankWatch notices a rank whose process is killed", async () => {
  await using folder = await temporaryFolder();
  const code = `import { lockRank } from "${LOCK}";
    await lockRank(${JSON.stringify(folder.path)}, 1);
    console.log("locked");
    setInterval(() => {}, 1000);`;
  const other = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "piped",
  }).spawn();
  const said = other.stdout.getReader();
  await said.read();
  const watch = new RankWatch();
  using _watch = await watch.begin(folder.path, 0, {
    count: 2,
    meet: () => Promise.resolve(),
  });
  await new Promise((done) => setTimeout(done, 600));
  watch.check();
  other.kill("SIGKILL");
  await other.status;
  await said.cancel();
  while (!watch.isOver) await new Promise((done) => setTimeout(done, 20));
  assert.throws(() => watch.check(), {
    message: "Cannot go on: rank 1 has ended; --resume goes on from the last " +
      "checkpoint",
  });
});
