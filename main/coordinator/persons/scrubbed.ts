import { JobSpec } from '../../../shared/contract/job.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import { ERASED_TEXT } from './places.ts'

const NO_DIGEST = `sha256:${'0'.repeat(64)}`

/** What an erased job says of itself: that there was one. */
const spec: JobSpec = JobSpec.parse({
  kind: 'data-hash',
  name: ERASED_TEXT,
  runtime: { name: 'docker', image: NO_DIGEST, archive: null, reference: null },
  limits: { wallSeconds: 1, memoryBytes: 1_048_576, outputBytes: 1, cpus: 1 },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 0 },
  deadline: '1970-01-01T00:00:00.000Z',
  expected: { seconds: 1, watts: 1 },
  price: { microUsdPerHour: '0', maxMicroUsd: '0' },
  carbon: { rule: 'now', capG: null },
})

/** What an erased machine says of itself. Where it was is in the receipts. */
const capabilities: Capabilities = {
  agentVersion: ERASED_TEXT,
  os: ERASED_TEXT,
  arch: ERASED_TEXT,
  cpu: { model: ERASED_TEXT, cores: 1 },
  ramBytes: 0,
  gpus: [],
  cpuPowerLimitW: 0,
  runtimes: [],
  zone: 'XX',
}

/** What is written where a table has to hold something that can be read. */
export const SCRUBBED: Readonly<Record<string, string>> = { 'job.spec': JSON.stringify(spec), 'node_capabilities.body': JSON.stringify(capabilities) }
