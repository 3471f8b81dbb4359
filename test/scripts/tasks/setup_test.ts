import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureAdapter, type Machine } from "../../../scripts/tasks/setup.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { runScript } from "../../fixtures/run_script.ts";

const { tasks } = JSON.parse(
  await Deno.readTextFile(join(ROOT, "deno.json")),
);
const PERMISSIONS: string[] = tasks.setup.command.match(/--allow-\S+/g);

/** A Debian machine of root's without an adapter, and what is done to it. */
function bareMachine(changes: Partial<Machine> = {}) {
  const done: string[] = [];
  const machine: Machine = {
    debian: true,
    root: true,
    nvidia: false,
    findAdapter: () => Promise.resolve(undefined),
    findAdapterAnew: () => Promise.resolve("llvmpipe, software"),
    aptGet: (...args) => {
      done.push(["apt-get", ...args].join(" "));
      return Promise.resolve();
    },
    ...changes,
  };
  const setup = () => ensureAdapter(machine, (line) => done.push(line));
  return { setup, done };
}

Deno.test("ensureAdapter() leaves a machine that has an adapter alone", async () => {
  const { setup, done } = bareMachine({
    findAdapter: () => Promise.resolve("NVIDIA H200, hardware"),
  });
  assert.equal(await setup(), "NVIDIA H200, hardware");
  assert.deepEqual(done, []);
});

Deno.test("ensureAdapter() installs drivers for root", async () => {
  const { setup, done } = bareMachine();
  assert.equal(await setup(), "llvmpipe, software");
  assert.deepEqual(done, [
    "No WebGPU adapter was found: installing mesa-vulkan-drivers, libvulkan1",
    "apt-get update",
    "apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1",
  ]);
});

Deno.test("ensureAdapter() installs what NVIDIA's driver needs", async () => {
  const { setup, done } = bareMachine({ nvidia: true });
  await setup();
  assert.equal(
    done.at(-1),
    "apt-get install -y --no-install-recommends mesa-vulkan-drivers " +
      "libvulkan1 libegl1 libxext6",
  );
});

Deno.test("ensureAdapter() says if NVIDIA's driver is not used", async () => {
  for (const adapter of ["llvmpipe, software", "NVIDIA H200, hardware"]) {
    const { setup, done } = bareMachine({
      nvidia: true,
      findAdapter: () => Promise.resolve(adapter),
    });
    assert.equal(await setup(), adapter);
    assert.equal(done.length, adapter.endsWith("software") ? 1 : 0);
  }
});

Deno.test("ensureAdapter() tells others the exact command", async () => {
  const { setup, done } = bareMachine({ root: false });
  await assert.rejects(setup(), {
    message: "No WebGPU adapter was found, and installing one takes root: " +
      "run sudo apt-get update && sudo apt-get install -y " +
      "--no-install-recommends mesa-vulkan-drivers libvulkan1",
  });
  assert.deepEqual(done, []);
});

Deno.test("ensureAdapter() touches no system but Debian's", async () => {
  const { setup, done } = bareMachine({ debian: false });
  await assert.rejects(setup(), { message: /install a Vulkan driver/ });
  assert.deepEqual(done, []);
});

Deno.test("ensureAdapter() stops where drivers do not help", async () => {
  const useless = bareMachine({
    findAdapterAnew: () => Promise.resolve(undefined),
  });
  await assert.rejects(useless.setup(), { message: /though there is mesa-/ });
  const failing = bareMachine({
    aptGet: (...args) => Promise.reject(new Error(`${args[0]} failed`)),
  });
  await assert.rejects(failing.setup(), { message: "update failed" });
});

Deno.test("setup says in one line which adapter there is", async () => {
  const outcome = await runScript("scripts/tasks/setup.ts", [], {
    permissions: PERMISSIONS,
    // Unset where nobody is logged in, and then drivers would complain.
    env: { XDG_RUNTIME_DIR: "" },
  });
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
  assert.match(outcome.stdout, /^WebGPU adapter: .+, (soft|hard)ware\n$/m);
});

Deno.test("setup runs apt-get, or says how to, where nothing is found", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const log = `${folder}/log`;
    await Deno.writeTextFile(
      `${folder}/apt-get`,
      `#!/bin/sh\necho "$DEBIAN_FRONTEND: $*" >> ${log}\n` +
        `case "$*" in *install*) echo "E: No network" >&2; exit 100;; esac\n`,
      { mode: 0o755 },
    );
    const { code, stdout, stderr } = await runScript(
      "scripts/tasks/setup.ts",
      [],
      {
        permissions: PERMISSIONS,
        env: {
          PATH: `${folder}:${Deno.env.get("PATH")}`,
          VK_DRIVER_FILES: `${folder}/none`,
          VK_ICD_FILENAMES: `${folder}/none`,
          DENO_WEBGPU_BACKEND: "vulkan",
          // As GPU servers have it.
          LD_LIBRARY_PATH: folder,
        },
      },
    );
    assert.equal(code, 1);
    if (!await exists("/etc/debian_version")) {
      assert.match(stderr, /^error: .*: install a Vulkan driver/);
    } else if (Deno.uid() !== 0) {
      assert.match(stderr, /^error: .*: run sudo apt-get update && .*\n$/);
    } else {
      assert.match(stdout, /^No WebGPU adapter was found: installing .*\n$/);
      assert.equal(
        stderr,
        "E: No network\n" +
          'error: Cannot install drivers: "apt-get install" ended with code ' +
          "100\n",
      );
      const apt = "noninteractive: -qq -o DPkg::Lock::Timeout=60";
      const packages = "mesa-vulkan-drivers libvulkan1";
      const commands = (await Deno.readTextFile(log)).split("\n");
      assert.equal(commands[0], `${apt} update`);
      const install = `${apt} install -y --no-install-recommends ${packages}`;
      assert(commands[1].startsWith(install), commands[1]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
