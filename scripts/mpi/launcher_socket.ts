/**
 * The socket through which MPICH's launcher talks to a process.
 *
 * @module
 */

/** Linux's numbers of SOL_SOCKET and SO_PEERCRED. */
const [SOCKET, PEER] = [1, 17];

/**
 * Says whether a file descriptor is a socket of another process.
 *
 * @param descriptor The file descriptor that the launcher has left open.
 * @returns Whether it still is; true where that cannot be told.
 */
export function isConnected(descriptor: number): boolean {
  if (Deno.build.os !== "linux") return true;
  const library = Deno.dlopen("libc.so.6", {
    getsockopt: {
      parameters: ["i32", "i32", "i32", "buffer", "buffer"],
      result: "i32",
    },
  });
  // Process, user and group of the other end.
  const peer = new Int32Array(3);
  const length = Int32Array.of(peer.byteLength);
  const { getsockopt } = library.symbols;
  const failed = getsockopt(descriptor, SOCKET, PEER, peer, length);
  library.close();
  // Deno has sockets of its own, maybe under the same number.
  return failed === 0 && peer[0] !== Deno.pid;
}
