/** A job file that is complete, for whoever writes a first one. What it leaves out is filled in by `job submit`: digests from `--archive`, and the deadline. */
const COMMON = {
  kind: 'scientific',
  name: 'My first job',
  limits: { wallSeconds: 3_600, memoryBytes: 536_870_912, outputBytes: 1_048_576, cpus: 1 },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 536_870_912 },
  expected: { seconds: 600, watts: 40 },
  price: { microUsdPerHour: '250000', maxMicroUsd: '250000' },
  carbon: { rule: 'now', capG: null },
} as const

/** By runtime. A WebAssembly job saves no checkpoint. */
export const JOB_EXAMPLE = {
  docker: { ...COMMON, runtime: { name: 'docker' }, args: [], env: {}, checkpoints: true, interruptible: { minRunSeconds: 120, restartSeconds: 10 } },
  wasm: { ...COMMON, runtime: { name: 'wasm' }, args: [], env: {} },
} as const

export const EXAMPLE_HELP = `
A complete job file for a container (windfall job example docker > job.json):

${JSON.stringify(JOB_EXAMPLE.docker, null, 2)}

The job writes its output to /job/out/result. With "checkpoints": true it saves
where it is to /job/ckpt, and goes on from there, here or on another machine;
leave that out if it does not. limits are the most it may use, needs what a
machine must have ("minReputation": 0.8 asks for one that has worked well), and
expected what the planner may assume; price is in millionths of a dollar. With
the carbon rule "window" it waits for the best hours before its
deadline: the cleanest, or those that "objective" asks for (green, cheap, fast,
balanced, or weights such as {"carbon": 2, "cost": 1, "time": 0}; --objective sets
both). With "interruptible" it may be cut into several runs, of at least
minRunSeconds each; restartSeconds is what going on again takes. With "lease":
"durable" it never begins before the coordinator has written down that it may: for
a job that costs or does something outside, so that no crash lets it begin twice.
To submit it with its image:
  docker save my-image -o image.tar
  windfall job submit job.json --archive image.tar
`

const FIELDS: Readonly<Record<string, string>> = {
  kind: 'what sort of work it is',
  name: 'what you call it',
  runtime: 'what runs: a container image or a WebAssembly module',
  limits: 'the most it may use',
  needs: 'what a machine must have',
  'needs.gpus': 'how many GPUs, 0 for none; it takes the place of gpu',
  expected: 'how many seconds and watts to expect',
  price: 'what you pay',
  carbon: 'whether it waits for a green window',
  lease: 'whether its machine may hear of it before that is written down: soft or durable',
  'runtime.image': 'the digest of what runs; --archive fills it in',
  'runtime.archive': 'the digest of the file that holds it; --archive fills it in',
  'runtime.reference': 'where to pull it, pinned by digest, or null; --archive fills it in',
}

/** `limits (the most it may use)`. */
export const fieldWords = (path: string): string => (FIELDS[path] === undefined ? path : `${path} (${FIELDS[path]})`)
