/**
 * The socket between MPICH's launcher and a process.
 *
 * @module
 */

/** Linux's constants SOL_SOCKET and SO_PEERCRED. */
const [SOCKET, PEER] = [1, 17];

/**
 * Tells whether a file descriptor is a socket of another process.
 *
 * @param descriptor The file descriptor that the launcher has left open.
 * @returns Whether it is; also true if that cannot be determined.
 */
export function isConnected(descriptor: number): boolean {
  if (Deno.build.os !== "linux") return true;
  const library = Deno.dlopen("libc.so.6", {
    getsockopt: {
      parameters: ["i32", "i32", "i32", "buffer", "buffer"],
      result: "i32",
    },
  });
  // Process, user and group IDs of the peer.
  const peer = new Int32Array(3);
  const length = Int32Array.of(peer.byteLength);
  const { getsockopt } = library.symbols;
  const failed = getsockopt(descriptor, SOCKET, PEER, peer, length);
  library.close();
  // The number may have been reused for a socket of Deno's own.
  return failed === 0 && peer[0] !== Deno.pid;
}
