import { arch, release, totalmem, type } from 'node:os'
import type { Capabilities } from '../../shared/contract/coordinator.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Detection } from './gpu/detect.ts'
import type { Runtime } from './jobs/runtime.ts'
import { limitOf, uuidHashOf } from './metering/measurement.ts'

export interface CapabilityInput {
  readonly version: string
  readonly zone: string
  readonly nodeId: string
  readonly detection: Detection
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
}

/** What the coordinator may know of this machine: no serial number, no host name, hardware ids only as hashes with the node id. */
export async function capabilitiesOf({ version, zone, nodeId, detection, runtimes }: CapabilityInput, signal: AbortSignal): Promise<Capabilities> {
  const probed = await Promise.all([...runtimes.values()].map(async (runtime) => ({ name: runtime.name, found: await runtime.probe(signal) })))
  return {
    agentVersion: version,
    os: `${type()} ${release()}`.slice(0, 60),
    arch: arch(),
    cpu: { model: detection.cpu.model.slice(0, 120), cores: detection.cpu.cores },
    ramBytes: totalmem(),
    gpus: detection.sources
      .filter(({ device }) => device.kind === 'gpu')
      .map(({ device }) => ({
        uuidHash: uuidHashOf(device.uuid, nodeId),
        vendor: device.vendor.slice(0, 60),
        name: device.name.slice(0, 120),
        driver: device.driver.slice(0, 60),
        vramBytes: device.vramBytes ?? 0,
        powerLimitW: limitOf(device),
      })),
    cpuPowerLimitW: detection.sources.filter(({ device }) => device.kind === 'cpu').reduce((total, { device }) => total + limitOf(device), 0),
    runtimes: probed.flatMap(({ name, found }) => (found.available ? [{ name, version: found.version.slice(0, 80) }] : [])),
    zone,
  }
}
