/**
 * `deno task setup`: finds a WebGPU adapter, or installs a Vulkan driver.
 *
 * @module
 */

import { findAdapter } from "../device/adapter.ts";
import { runCommand } from "../command_line/command.ts";

/** Vulkan's loader, and Mesa's drivers, of which llvmpipe needs no GPU. */
const PACKAGES = ["mesa-vulkan-drivers", "libvulkan1"];

/** Packages that NVIDIA's Vulkan driver needs but does not install. */
const NVIDIA_PACKAGES = ["libegl1", "libxext6"];

/** Vulkan manifests of NVIDIA's driver. */
const NVIDIA_DRIVER = [
  "/etc/vulkan/icd.d/nvidia_icd.json",
  "/usr/share/vulkan/icd.d/nvidia_icd.json",
];

/** A machine on which drivers may be installed. */
export interface Machine {
  /** Whether it runs Debian or a derivative, such as Ubuntu. */
  readonly debian: boolean;
  /** Whether this process may install packages. */
  readonly root: boolean;
  /** Whether NVIDIA's Vulkan driver is installed. */
  readonly nvidia: boolean;
  /** Describes the WebGPU adapter, if there is one. */
  findAdapter(): Promise<string | undefined>;
  /** Describes the adapter, with drivers installed by this process. */
  findAdapterAnew(): Promise<string | undefined>;
  /** Runs `apt-get`, which throws if it fails. */
  aptGet(...args: string[]): Promise<void>;
}

/**
 * Finds a WebGPU adapter, and installs drivers if there is none.
 *
 * @param machine The machine.
 * @param report Called with a line before packages are installed.
 * @returns Description of the adapter.
 * @throws {Error} If there is none and drivers cannot be installed.
 */
export async function ensureAdapter(
  machine: Machine,
  report: (line: string) => void,
): Promise<string> {
  const packages = machine.nvidia
    ? [...PACKAGES, ...NVIDIA_PACKAGES]
    : PACKAGES;
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  const command = `sudo apt-get update && sudo apt-get ${install.join(" ")}`;
  const adapter = await machine.findAdapter();
  if (adapter) {
    if (machine.nvidia && machine.debian && adapter.endsWith("software")) {
      report(`NVIDIA's driver is there, but not used: perhaps run ${command}`);
    }
    return adapter;
  }
  if (!machine.debian) {
    throw new Error(
      "No WebGPU adapter was found: install a Vulkan driver for this system",
    );
  }
  if (!machine.root) {
    throw new Error(
      "No WebGPU adapter was found, and installing one takes root: run " +
        command,
    );
  }
  report(`No WebGPU adapter was found: installing ${packages.join(", ")}`);
  await machine.aptGet("update");
  await machine.aptGet(...install);
  const installed = await machine.findAdapterAnew();
  if (installed) return installed;
  throw new Error(
    `No WebGPU adapter was found, though there is ${packages.join(", ")}`,
  );
}

/**
 * Finds an adapter in a worker, because a thread loads Vulkan drivers only
 * once.
 */
async function findAdapterAnew(): Promise<string | undefined> {
  const path = import.meta.resolve("../device/adapter_worker.ts");
  const worker = new Worker(path, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<
    string | undefined
  >();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

/** Runs `apt-get`, and prints its error output if it fails. */
async function aptGet(...args: string[]): Promise<void> {
  // GPU servers set these variables. Deno refuses to start commands while they
  // are set, unless it may run all commands.
  Deno.env.delete("LD_LIBRARY_PATH");
  Deno.env.delete("LD_PRELOAD");
  const { success, code, stderr } = await new Deno.Command("apt-get", {
    args: ["-qq", "-o", "DPkg::Lock::Timeout=60", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  await Deno.stderr.write(stderr);
  throw new Error(
    `Cannot install drivers: "apt-get ${args[0]}" ended with code ${code}`,
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  await runCommand({
    name: "deno task setup",
    summary:
      "Looks for a WebGPU adapter, and installs Mesa's if there is none.",
    examples: ["deno task setup"],
    parameters: {},
  }, async () => {
    const adapter = await ensureAdapter({
      debian: exists("/etc/debian_version"),
      root: Deno.uid() === 0,
      nvidia: NVIDIA_DRIVER.some(exists),
      findAdapter,
      findAdapterAnew,
      aptGet,
    }, console.log);
    console.log(`WebGPU adapter: ${adapter}`);
  });
}
