import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { PowerSource } from '../power-source.ts'
import type { PciDevice } from './pci.ts'

/** What one reader has to say about this machine. */
export interface Found {
  readonly sources: readonly PowerSource[]
  readonly seen: readonly SeenDevice[]
  /** PCI addresses about which everything has been said, so that no other reader looks at them. */
  readonly covered: ReadonlySet<string>
}

/**
 * One way to find devices. It lives as long as the agent and may be asked again at any time: after resume, hot-plug, a driver
 * update or a lost device. A device that is still there keeps its source object, so that a measurement under way goes on.
 */
export interface Finder {
  /** Never rejects for lack of hardware. Wakes no device that sleeps. */
  readonly find: (pci: readonly PciDevice[], signal: AbortSignal) => Promise<Found>
}

export const NOTHING_FOUND: Found = { sources: [], seen: [], covered: new Set() }
