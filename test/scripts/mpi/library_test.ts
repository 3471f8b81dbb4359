import { strictEqual, throws } from "node:assert/strict";
import { openMpi } from "../../../scripts/mpi/library.ts";
import { runTask } from "../../fixtures/run_task.ts";

Deno.test("openMpi() names the package of a library that is missing", () => {
  const problem = (variable?: string) => () =>
    openMpi((name) => name === variable ? "2" : undefined, () => undefined);
  throws(problem(), {
    message: "Cannot open libmpi.so.40 or libmpich.so.12: no MPI library is " +
      "installed; Debian's package openmpi-bin or mpich has one",
  });
  throws(problem("OMPI_COMM_WORLD_SIZE"), /package openmpi-bin has one$/);
  throws(problem("PMI_SIZE"), /package mpich has one$/);
});

Deno.test("openMpi() takes no library for another", () => {
  const asked: string[] = [];
  const identify = (file: string) => {
    asked.push(file);
    return "An MPI that nobody knows";
  };
  throws(() => openMpi(() => undefined, identify), /^Error: Cannot open/);
  strictEqual(asked[0], "libmpi.so.40");
  strictEqual(asked.length, 4);
});

Deno.test("deno task train opens no libraries", async () => {
  const { code, stderr } = await runTask("train", ["--distributed"]);
  strictEqual(code, 1);
  strictEqual(
    stderr,
    "error: Cannot open an MPI library without --allow-ffi: " +
      '"deno task distributed" has it\n',
  );
});
