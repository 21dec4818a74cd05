import { arch, release, type } from 'node:os'
import type { Capabilities } from '../../shared/contract/node.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { ProofDevice } from '../../shared/domain/energy-proof.ts'
import type { CpuIdentity } from './gpu/cpu.ts'
import type { Availability } from './jobs/runtime.ts'
import { limitOf, uuidHashOf } from './metering/measurement.ts'
import type { PowerSource } from './power-source.ts'
import { ramForJobs } from './ram.ts'

export interface CapabilityInput {
  readonly version: string
  readonly zone: string
  readonly nodeId: string
  readonly cpu: CpuIdentity
  /** The devices that their owner lends; what is switched off is nobody's business. */
  readonly lent: readonly PowerSource[]
  /** Devices of proofs on their way: the coordinator judges those by what it knows of this machine, also when the card is gone by then. */
  readonly owed: readonly ProofDevice[]
  readonly runtimes: readonly { readonly name: RuntimeName; readonly found: Availability }[]
}

const MAX_GPUS = 64

/** Names come from drivers and firmware. */
const cleaned = (name: string, length: number): string =>
  name
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, length)

/**
 * What the coordinator may know of this machine: no serial number, no host name, hardware ids only as hashes with the
 * node id. A ceiling of the owner changes nothing here: a capped card keeps every job it is able to do, and its own power limit.
 */
export function capabilitiesOf({ version, zone, nodeId, cpu, lent, owed, runtimes }: CapabilityInput): Capabilities {
  return {
    agentVersion: version,
    os: `${type()} ${release()}`.slice(0, 60),
    arch: arch(),
    cpu: { model: cleaned(cpu.model, 120), cores: cpu.cores },
    ramBytes: ramForJobs(),
    gpus: gpusOf(lent, owed, nodeId),
    cpuPowerLimitW: lent.filter(({ device }) => device.kind === 'cpu').reduce((total, { device }) => total + limitOf(device), 0),
    runtimes: runtimes.flatMap(({ name, found }) => (found.available ? [{ name, version: found.version.slice(0, 80) }] : [])),
    zone,
  }
}

function gpusOf(lent: readonly PowerSource[], owed: readonly ProofDevice[], nodeId: string): Capabilities['gpus'] {
  const offered = lent
    .filter(({ device }) => device.kind === 'gpu')
    .map(({ device }) => ({
      uuidHash: uuidHashOf(device.uuid, nodeId),
      vendor: cleaned(device.vendor, 60),
      name: cleaned(device.name, 120),
      driver: cleaned(device.driver, 60),
      vramBytes: device.vramBytes ?? 0,
      powerLimitW: limitOf(device),
    }))
  const known = new Set(offered.map(({ uuidHash }) => uuidHash))
  // Without memory no job that needs any is planned on it.
  const gone = owed.flatMap(({ kind, ...device }) => (kind === 'gpu' && !known.has(device.uuidHash) ? [{ ...device, vramBytes: 0 }] : []))
  return [...offered, ...new Map(gone.map((device) => [device.uuidHash, device])).values()].slice(0, MAX_GPUS)
}
