/**
 * Opens the MPI library, with the few functions that training needs.
 *
 * Handles are pointers to exported objects in Open MPI, and integers in MPICH
 * and libraries with its binary interface.
 *
 * @module
 */

/** An MPI implementation, with its file names and Debian package. */
interface Flavour {
  readonly name: "Open MPI" | "MPICH";
  /** Names of the library's file, the most common first. */
  readonly files: readonly string[];
  /** Debian's package. */
  readonly package: string;
  /** Pattern of the text from MPI_Get_library_version. */
  readonly version: RegExp;
  /** Variables that the launcher of this library sets. */
  readonly launcher: readonly string[];
}

const FLAVOURS: readonly Flavour[] = [
  {
    name: "Open MPI",
    files: ["libmpi.so.40", "libmpi.so"],
    package: "openmpi-bin",
    version: /Open MPI/,
    launcher: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"],
  },
  {
    name: "MPICH",
    files: ["libmpich.so.12", "libmpi.so.12"],
    package: "mpich",
    version: /MPICH|MVAPICH|Intel/,
    launcher: ["PMI_SIZE", "PMI_FD"],
  },
];

/** MPICH's constants, part of its binary interface since version 3.1. */
const MPICH_WORLD = 0x44000000;
const MPICH_BYTE = 0x4c00010d;

/** Buffer size for MPI_Get_library_version and MPI_Get_processor_name. */
const TEXT_BYTES = 8192;

/** Signatures of the MPI functions for a type of handle. */
function functionsOf<Handle extends "pointer" | "i32">(handle: Handle) {
  return {
    MPI_Init: { parameters: ["pointer", "pointer"], result: "i32" },
    MPI_Finalize: { parameters: [], result: "i32" },
    MPI_Abort: { parameters: [handle, "i32"], result: "i32" },
    MPI_Comm_rank: { parameters: [handle, "buffer"], result: "i32" },
    MPI_Comm_size: { parameters: [handle, "buffer"], result: "i32" },
    MPI_Get_processor_name: {
      parameters: ["buffer", "buffer"],
      result: "i32",
    },
    MPI_Iallgatherv: {
      parameters: [
        "buffer",
        "i32",
        handle,
        "buffer",
        "buffer",
        "buffer",
        handle,
        handle,
        "buffer",
      ],
      result: "i32",
    },
    MPI_Test: { parameters: ["buffer", "buffer", "pointer"], result: "i32" },
  } as const satisfies Deno.ForeignLibraryInterface;
}

/** MPI as training uses it: one communicator, bytes, and gathering. */
export interface MpiLibrary {
  /** Name of the library. */
  readonly name: Flavour["name"];
  /** Joins the processes that were started together. */
  init(): void;
  /** Shuts MPI down. */
  finalize(): void;
  /** Ends all ranks. */
  abort(status: number): void;
  /** Number of this rank, from 0. */
  rank(): number;
  /** Number of ranks. */
  size(): number;
  /** Name of this machine. */
  host(): string;
  /**
   * Starts to gather bytes of all ranks, in their order.
   *
   * @param own Bytes of this rank; must not change until the request is done.
   * @param all Receives the bytes of all ranks.
   * @param counts Number of bytes per rank.
   * @param starts Offset of each rank's bytes in `all`.
   * @returns The request.
   */
  startGather(
    own: Uint8Array<ArrayBuffer>,
    all: Uint8Array<ArrayBuffer>,
    counts: Int32Array<ArrayBuffer>,
    starts: Int32Array<ArrayBuffer>,
  ): BigUint64Array<ArrayBuffer>;
  /** Tests, and thereby advances, a request. */
  isDone(request: BigUint64Array<ArrayBuffer>): boolean;
}

/**
 * Opens the MPI library of the launcher that started this process, or else the
 * first that is installed.
 *
 * @param environment Reads a variable of the environment.
 * @param identify Asks the library in a file for its version.
 * @returns The library.
 * @throws {Error} If there is none.
 */
export function openMpi(
  environment: (name: string) => string | undefined,
  identify: (file: string) => string | undefined = versionOf,
): MpiLibrary {
  const launched = FLAVOURS.filter(({ launcher }) =>
    launcher.some((name) => environment(name) !== undefined)
  );
  const wanted = launched.length > 0 ? launched : FLAVOURS;
  for (const flavour of wanted) {
    for (const file of flavour.files) {
      if (identify(file)?.match(flavour.version)) {
        return flavour.name === "Open MPI"
          ? openOpenMpi(file)
          : openMpich(file);
      }
    }
  }
  const packages = wanted.map((flavour) => flavour.package).join(" or ");
  throw new Error(
    `Cannot open ${wanted.map(({ files }) => files[0]).join(" or ")}: no MPI ` +
      `library is installed; Debian's package ${packages} has one`,
  );
}

/** Reads a library's version; `undefined` if there is no such file. */
function versionOf(file: string): string | undefined {
  let library;
  try {
    library = Deno.dlopen(file, {
      MPI_Get_library_version: {
        parameters: ["buffer", "buffer"],
        result: "i32",
      },
    });
  } catch {
    return undefined;
  }
  try {
    return readText(library.symbols.MPI_Get_library_version);
  } finally {
    library.close();
  }
}

function openOpenMpi(file: string): MpiLibrary {
  const { symbols } = Deno.dlopen(file, {
    ...functionsOf("pointer"),
    ompi_mpi_comm_world: { type: "pointer" },
    ompi_mpi_byte: { type: "pointer" },
  });
  return bind("Open MPI", symbols, {
    world: symbols.ompi_mpi_comm_world,
    byte: symbols.ompi_mpi_byte,
    ignoredStatus: null,
  });
}

function openMpich(file: string): MpiLibrary {
  const { symbols } = Deno.dlopen(file, functionsOf("i32"));
  return bind("MPICH", symbols, {
    world: MPICH_WORLD,
    byte: MPICH_BYTE,
    ignoredStatus: Deno.UnsafePointer.create(1n),
  });
}

/** The functions of a library, for a type of handle. */
interface Functions<Handle> {
  MPI_Init(argc: null, argv: null): number;
  MPI_Finalize(): number;
  MPI_Abort(comm: Handle, status: number): number;
  MPI_Comm_rank(comm: Handle, rank: BufferSource): number;
  MPI_Comm_size(comm: Handle, size: BufferSource): number;
  MPI_Get_processor_name(name: BufferSource, length: BufferSource): number;
  MPI_Iallgatherv(
    own: BufferSource,
    count: number,
    type: Handle,
    all: BufferSource,
    counts: BufferSource,
    starts: BufferSource,
    allType: Handle,
    comm: Handle,
    request: BufferSource,
  ): number;
  MPI_Test(
    request: BufferSource,
    done: BufferSource,
    status: Deno.PointerValue,
  ): number;
}

function bind<Handle>(
  name: MpiLibrary["name"],
  mpi: Functions<Handle>,
  { world, byte, ignoredStatus }: {
    readonly world: Handle;
    readonly byte: Handle;
    readonly ignoredStatus: Deno.PointerValue;
  },
): MpiLibrary {
  const numberOf = (ask: (comm: Handle, answer: BufferSource) => number) => {
    const answer = new Int32Array(1);
    ask(world, answer);
    return answer[0];
  };
  const done = new Int32Array(1);
  return {
    name,
    init: () => void mpi.MPI_Init(null, null),
    finalize: () => void mpi.MPI_Finalize(),
    abort: (status) => void mpi.MPI_Abort(world, status),
    rank: () => numberOf(mpi.MPI_Comm_rank),
    size: () => numberOf(mpi.MPI_Comm_size),
    host: () => readText(mpi.MPI_Get_processor_name),
    startGather(own, all, counts, starts) {
      // Room for a pointer (Open MPI) or an integer (MPICH).
      const request = new BigUint64Array(1);
      mpi.MPI_Iallgatherv(
        own,
        own.length,
        byte,
        all,
        counts,
        starts,
        byte,
        world,
        request,
      );
      return request;
    },
    isDone(request) {
      mpi.MPI_Test(request, done, ignoredStatus);
      return done[0] !== 0;
    },
  };
}

function readText(
  ask: (
    text: Uint8Array<ArrayBuffer>,
    length: Int32Array<ArrayBuffer>,
  ) => number,
): string {
  const text = new Uint8Array(TEXT_BYTES);
  const length = new Int32Array(1);
  ask(text, length);
  return new TextDecoder().decode(text.subarray(0, length[0]));
}
