import type { CapabilityRecord } from '../../../shared/contract/node-admin.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import { formatMemory, formatWatts } from '../../lib/format.ts'

const gpuText = ({ name, driver, vramBytes, powerLimitW }: Capabilities['gpus'][number]): string =>
  `${name}, ${formatMemory(vramBytes)}, up to ${formatWatts(powerLimitW)}, driver ${driver}`

/** What a machine can do, by name, as text. */
export const capabilityFacts = (capabilities: Capabilities): Readonly<Record<string, string>> => ({
  Agent: capabilities.agentVersion,
  System: `${capabilities.os}, ${capabilities.arch}`,
  Processor: `${capabilities.cpu.model}, ${capabilities.cpu.cores} ${capabilities.cpu.cores === 1 ? 'core' : 'cores'}, up to ${formatWatts(capabilities.cpuPowerLimitW)}`,
  Memory: formatMemory(capabilities.ramBytes),
  GPUs: capabilities.gpus.map(gpuText).join('; ') || 'None',
  Runtimes: capabilities.runtimes.map(({ name, version }) => `${name} ${version}`).join(', ') || 'None',
  Zone: capabilities.zone,
})

export interface CapabilityChange {
  readonly version: number
  readonly recordedAt: string
  /** `Agent: 1.3 → 1.4`; empty for the first record, and where nothing that is shown differs. */
  readonly changes: readonly string[]
  readonly isFirst: boolean
}

/** Records, newest first, each as what differs from the one before it. The oldest of a list that goes on has nothing to compare with and is left out. */
export function capabilityChanges(records: readonly CapabilityRecord[]): readonly CapabilityChange[] {
  return records.flatMap(({ version, recordedAt, capabilities }, index): readonly CapabilityChange[] => {
    const before = records[index + 1]
    if (!before) return version === 1 ? [{ version, recordedAt, changes: [], isFirst: true }] : []
    const old = capabilityFacts(before.capabilities)
    const changes = Object.entries(capabilityFacts(capabilities)).flatMap(([name, text]) => (old[name] === text ? [] : [`${name}: ${old[name]} → ${text}`]))
    return [{ version, recordedAt, changes, isFirst: false }]
  })
}
