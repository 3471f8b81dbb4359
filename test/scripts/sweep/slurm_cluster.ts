/**
 * A Slurm cluster of two nodes, all on this machine, for a test.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

/** A cluster; disposing of it ends its daemons. */
export interface Cluster extends AsyncDisposable {
  /**
   * Runs a program of Slurm's, which has to succeed.
   *
   * @param program Its name, such as `squeue`.
   * @param args Its arguments.
   * @returns What it prints.
   */
  run(program: string, ...args: string[]): Promise<string>;
  /**
   * Starts a program of Slurm's.
   *
   * @param program Its name.
   * @param args Its arguments.
   * @returns The program; disposing of it ends it.
   */
  start(program: string, ...args: string[]): AsyncDisposable;
}

/** How long a daemon may take to answer, in ms. */
const PATIENCE = 60_000;

/**
 * Starts `munged`, `slurmctld` and two `slurmd`, with files in a folder of
 * their own.
 *
 * @returns The cluster, whose nodes `n0` and `n1` are idle.
 * @throws {Error} If they do not start.
 */
export async function startCluster(): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  try {
    const { path: folder } = stack.use(await temporaryFolder());
    const settings = join(folder, "slurm.conf");
    const environment = { SLURM_CONF: settings, PATH: programs() };
    const run = async (program: string, ...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args,
        env: environment,
      }).output();
      const [said, problem] = [stdout, stderr].map((bytes) =>
        new TextDecoder().decode(bytes)
      );
      assert.equal(code, 0, `${program} ${args.join(" ")}: ${said}${problem}`);
      return said.trimEnd();
    };
    const start = (program: string, ...args: string[]): AsyncDisposable => {
      const process = new Deno.Command(program, {
        args,
        env: environment,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      return {
        async [Symbol.asyncDispose]() {
          try {
            process.kill("SIGTERM");
          } catch {
            // It has ended by itself.
          }
          await process.status;
        },
      };
    };
    const startDaemon = (program: string, ...args: string[]) =>
      stack.use(start(program, ...args));
    const key = crypto.getRandomValues(new Uint8Array(1024));
    await Deno.writeFile(join(folder, "munge.key"), key, { mode: 0o400 });
    await Deno.mkdir(join(folder, "state"));
    await Deno.writeTextFile(settings, configurationOf(folder, await who(run)));
    const socket = join(folder, "munge.sock");
    startDaemon(
      "munged",
      ...["--foreground", "--force", `--socket=${socket}`],
      ...["key", "log", "pid", "seed"].map((kind) =>
        `--${kind}-file=${join(folder, `munge.${kind}`)}`
      ),
    );
    await answer(() => run("munge", "--no-input", `--socket=${socket}`));
    startDaemon("slurmctld", "-D");
    for (const node of ["n0", "n1"]) startDaemon("slurmd", "-D", "-N", node);
    await answer(async () => {
      const states = await run("sinfo", "--noheader", "--format=%T %D");
      assert.equal(states, "idle 2");
    });
    return { run, start, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Debian has daemons where only root looks. */
function programs(): string {
  return `${Deno.env.get("PATH")}:/usr/sbin:/sbin`;
}

/** Tries again until something does not throw. */
async function answer(attempt: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (true) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

/** Names this user and this machine. */
async function who(run: Cluster["run"]) {
  return { user: await run("id", "-un"), host: await run("hostname", "-s") };
}

/** Writes `slurm.conf`. */
function configurationOf(
  folder: string,
  { user, host }: { readonly user: string; readonly host: string },
): string {
  const [controller, first, second] = freePorts(3);
  const settings = {
    ClusterName: "test",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: controller,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: "auth/munge",
    // A job that is queued again waits until its credential has expired, which
    // takes two minutes unless said, and five seconds at least.
    AuthInfo: `socket=${join(folder, "munge.sock")},cred_expire=5`,
    StateSaveLocation: join(folder, "state"),
    SlurmdSpoolDir: join(folder, "spool-%n"),
    SlurmctldPidFile: join(folder, "slurmctld.pid"),
    SlurmdPidFile: join(folder, "slurmd-%n.pid"),
    SlurmctldLogFile: join(folder, "slurmctld.log"),
    SlurmdLogFile: join(folder, "slurmd-%n.log"),
    // Without control groups, which a container may not make.
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    JobAcctGatherType: "jobacct_gather/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    SchedulerParameters: "batch_sched_delay=0,sched_interval=1",
    SwitchType: "switch/none",
    MpiDefault: "none",
    MailProg: "/bin/true",
    KillWait: 10,
  };
  const node = (name: string, port: number) =>
    `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} ` +
    "CPUs=2 RealMemory=1000";
  return [
    ...Object.entries(settings).map((entry) => entry.join("=")),
    node("n0", first),
    node("n1", second),
    "PartitionName=all Nodes=n0,n1 Default=YES MaxTime=INFINITE State=UP",
    "",
  ].join("\n");
}

/** Finds ports that nobody listens to. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
