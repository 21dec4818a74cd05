const MIB = 1_048_576

/** One thing a job takes more of than it was given. */
export interface Taking {
  readonly name: string
  readonly tries: string
  readonly program: string
  /** The code its owner and its requester get; `null` where the kernel refuses and the job ends by itself. */
  readonly reason: 'job.timeout' | 'job.memory' | 'job.output-too-large' | 'job.log-too-large' | 'job.output-missing' | 'job.exit-code' | null
  /** What its log must show. */
  readonly observe?: RegExp
  readonly limits?: { readonly wallSeconds?: number; readonly memoryBytes?: number; readonly cpus?: number }
  readonly isCompiled?: true
}

const done = '; true > /job/out/result'

export const TAKINGS: readonly Taking[] = [
  { name: 'time', tries: 'never to end', program: 'while true; do :; done', reason: 'job.timeout', limits: { wallSeconds: 1 } },
  {
    name: 'time, deaf to every signal',
    tries: 'to sleep for ever, ignoring SIGTERM, SIGINT, SIGHUP and SIGXCPU',
    program: 'trap "" TERM INT HUP XCPU QUIT; while true; do sleep 1; done',
    reason: 'job.timeout',
    limits: { wallSeconds: 1 },
  },
  {
    name: 'time, when its agent is dead',
    tries: 'to lift the limit on processor time, by which the kernel ends it then',
    program: `ulimit -t; ulimit -t unlimited 2> /dev/null || ulimit -t 100000 2> /dev/null || echo refused${done}`,
    reason: null,
    observe: /^80\nrefused$/,
  },
  {
    name: 'time, by a process that stays behind',
    tries: 'to leave a daemon behind when it ends',
    program: `(setsid sleep 600 > /dev/null 2>&1 &)${done}`,
    reason: null,
  },
  {
    name: 'processes, by a fork bomb',
    tries: 'for (;;) fork()',
    program: 'greed fork-bomb',
    reason: 'job.timeout',
    // What the kernel keeps of 256 processes must not end it first.
    limits: { wallSeconds: 2, memoryBytes: 512 * MIB },
    isCompiled: true,
  },
  {
    name: 'memory',
    tries: 'to touch all memory there is',
    program: 'greed memory',
    reason: 'job.memory',
    limits: { memoryBytes: 32 * MIB },
    isCompiled: true,
  },
  {
    name: 'memory, by expendable children',
    tries: 'the same in a dozen processes, of which the kernel kills one after another',
    program: `greed memory-by-children${done}`,
    reason: null,
    observe: /^the parent is alive$/,
    limits: { memoryBytes: 16 * MIB },
    isCompiled: true,
  },
  {
    name: 'memory, by files that are none',
    tries: 'to fill /tmp and /dev/shm beyond its memory',
    program: 'cat /dev/zero > /tmp/f; cat /dev/zero > /dev/shm/f; echo full; sleep 20',
    reason: 'job.memory',
    limits: { memoryBytes: 24 * MIB },
  },
  {
    name: 'the disk, by /tmp and /dev/shm',
    tries: 'to write more than 64 MiB into each',
    program: `for d in /tmp /dev/shm; do dd if=/dev/zero of=$d/f bs=1M count=65 2>&1; rm $d/f; done | grep -c "No space left"${done}`,
    reason: null,
    observe: /^2$/,
    limits: { memoryBytes: 160 * MIB },
  },
  {
    name: 'the disk, by one file',
    tries: 'a result of 10 GB, and a sparse one of 10 GB',
    program: `trap "" XFSZ; truncate -s 10G /job/out/result 2>&1; dd if=/dev/zero of=/job/out/result bs=1M seek=10000 count=1 2>&1 | grep -o "File too large"; rm -f /job/out/result${done}`,
    reason: null,
    observe: /File too large$/,
  },
  {
    name: 'the processor of its engine, by its log',
    tries: 'to write to stdout and stderr for ever, as fast as it can',
    program: 'yes >&2 & yes "$(printf %0200d 0)"',
    reason: 'job.log-too-large',
    limits: { wallSeconds: 600 },
  },
  {
    name: 'descriptors, inotify instances and shared memory segments',
    tries: 'as many as there are',
    program: `greed descriptors; sleep 0.1; [ -r / ] && echo alive${done}`,
    reason: null,
    observe: /^files (?:9\d\d|10[0-2]\d): Too many open files\ninotify \d{1,4}: [^\n]+\nsegments \d{1,5}: [^\n]+\nalive$/,
    isCompiled: true,
  },
  {
    name: 'attention, by a failure that speaks to the terminal',
    tries: 'a last line of escape sequences, bidirectional marks and a link, 100 kB long',
    program: String.raw`printf '\033[2J\033]8;;http://evil\007 \342\200\256'; head -c 100000 /dev/zero | tr '\0' x; printf '\n'; exit 3`,
    reason: 'job.exit-code',
  },
]
