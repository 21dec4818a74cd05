import type { Capabilities } from '../../shared/contract/node.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { packageVersion } from '../kernel/paths.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { AgentConfig } from './config.ts'
import type { Devices } from './devices.ts'
import type { Inventory } from './inventory.ts'
import { uuidHashOf } from './metering/measurement.ts'
import { openOwnProof } from './proofs/prove.ts'
import type { ProbedRuntime } from './runtimes.ts'
import type { AgentStores } from './stores.ts'
import type { Work } from './work.ts'

/** Where what the coordinator may know of this machine comes from. */
export interface Teller {
  readonly config: Pick<AgentConfig, 'zone'>
  readonly keys: DeviceKeys
  readonly inventory: Pick<Inventory, 'current'>
  readonly devices: Pick<Devices, 'offered'>
  readonly work: { readonly runner: Pick<Work['runner'], 'busyDevices'> }
  readonly stores: AgentStores
  readonly probeRuntimes: (signal: AbortSignal) => Promise<readonly ProbedRuntime[]>
}

/** What the coordinator is told of this machine at this moment. */
export async function tellable({ config, keys, inventory, devices, work, stores, probeRuntimes }: Teller, signal: AbortSignal): Promise<Capabilities> {
  const { cpu, sources } = inventory.current()
  const busy = work.runner.busyDevices()
  const offered = new Set(await devices.offered(signal))
  return capabilitiesOf({
    version: packageVersion,
    zone: config.zone,
    nodeId: keys.nodeId,
    cpu,
    lent: sources.filter((source) => offered.has(source) || busy.has(uuidHashOf(source.device.uuid, keys.nodeId))),
    owed: stores.outbox.proofs().flatMap(({ envelope }) => openOwnProof(envelope).proof.devices),
    runtimes: await probeRuntimes(signal),
  })
}
