import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobSpec } from '../../shared/contract/job.ts'
import type { Busybox } from './busybox.ts'
import { buildImageArchive } from './image.ts'

/** A job and the blob the coordinator has to serve for it. */
export interface Sample {
  readonly spec: JobSpec
  readonly archive: Uint8Array
}

/** SHA-256 of the picture that the render job makes without arguments. WebAssembly arithmetic is the same on every machine. */
export const RENDER_OUTPUT = 'f1f9c632d74280b28041d1101b735ecbb7360d5f10dc257dd45559f07072d1f5'
/** SHA-256 of what the hash job writes without arguments. It depends on no version of BusyBox. */
export const HASH_OUTPUT = 'd8f7ea4cc334f34682f00bbdf3be92939e1446ca79477412eb781b9b6ed9cf1a'

const MIB = 1_048_576
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** What both samples have in common: small, at once, and dear enough that a single run of seconds is worth a payout of its own. */
const COMMON = {
  needs: { gpus: 0, vramBytes: 0, ramBytes: 256 * MIB },
  price: { microUsdPerHour: '20000000', maxMicroUsd: '200000' },
  carbon: { rule: 'now', capG: null },
} as const

/** The WebAssembly sample: renders wind turbines at sunrise to a PNG. `distDirectory` holds `jobs/render.wasm`; `deadline` is ISO 8601 UTC. */
export function wasmSample({ distDirectory, deadline }: { readonly distDirectory: string; readonly deadline: string }): Sample {
  const archive = readFileSync(join(distDirectory, 'jobs', 'render.wasm'))
  const image = digestOf(archive)
  const spec = JobSpec.parse({
    ...COMMON,
    kind: 'render',
    name: 'Sample: wind turbines at sunrise, 800 × 600',
    runtime: { name: 'wasm', image, archive: image },
    limits: { wallSeconds: 180, memoryBytes: 64 * MIB, outputBytes: 4 * MIB, cpus: 1 },
    deadline,
    expected: { seconds: 8, watts: 15 },
    outputSha256: RENDER_OUTPUT,
  })
  return { spec, archive }
}

/** The Docker sample: hashes 640 MiB of generated data into a Merkle root. `deadline` is ISO 8601 UTC. */
export function dockerSample({ busybox, deadline }: { readonly busybox: Busybox; readonly deadline: string }): Sample {
  const { archive, image } = hashImage(busybox)
  const spec = JobSpec.parse({
    ...COMMON,
    kind: 'data-hash',
    name: 'Sample: Merkle root over 640 MiB',
    runtime: { name: 'docker', image, archive: digestOf(archive), reference: null },
    limits: { wallSeconds: 180, memoryBytes: 64 * MIB, outputBytes: MIB, cpus: 1 },
    deadline,
    expected: { seconds: 6, watts: 15 },
    outputSha256: HASH_OUTPUT,
  })
  return { spec, archive }
}

/** The image of the Docker sample: BusyBox, one script, nothing else. */
function hashImage({ bytes, architecture }: Busybox): ReturnType<typeof buildImageArchive> {
  return buildImageArchive({
    architecture,
    config: { Entrypoint: ['/bin/busybox', 'sh', '/job.sh'] },
    files: [
      { path: 'bin', mode: 0o755 },
      { path: 'bin/busybox', mode: 0o755, content: bytes },
      { path: 'job', mode: 0o755 },
      { path: 'job.sh', mode: 0o444, content: readFileSync(join(import.meta.dirname, 'hash', 'hash.sh')) },
      { path: 'tmp', mode: 0o755 },
    ],
  })
}
