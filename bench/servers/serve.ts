/**
 * What every server process does: listens on a free port, says so to the process that started it, and tells its use of
 * time and memory when asked.
 */

/** What a server process answers when it is asked. */
export interface Usage {
  /** Microseconds of processor time, of all threads, since the process began. */
  readonly cpu: number;
  /** Bytes of memory that the process holds. */
  readonly rss: number;
}

/** What a server process says when it is ready. */
export interface Ready {
  readonly port: number;
}

/** Says that requests are taken. */
export function ready(port: number): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Usage);
  });
  process.on('disconnect', () => process.exit());
  process.send!({ port } satisfies Ready);
}
