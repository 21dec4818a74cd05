import { createContext, use } from 'react'
import { agentContract } from '../../shared/contract/agent.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import type { Verification } from '../../shared/domain/verification.ts'
import type { WindowClock } from '../lib/clock.ts'
import type { Link, WindowTransport } from '../lib/link.ts'
import { type PowerRing, createPowerRing } from '../lib/power-ring.ts'
import type { ShellClient } from '../lib/shell-link.ts'

/** Checks a receipt on this computer. `pinnedKeys` are the coordinator key ids the agent trusts. */
export type VerifyReceipt = (bundle: ReceiptBundle, pinnedKeys: readonly string[]) => Promise<Verification>

/** Everything the pages take from outside themselves. */
export interface Services {
  readonly client: Client<typeof agentContract>
  readonly link: Link
  readonly clock: WindowClock
  /** What was read of power in the last hour, as far as this window knows. */
  readonly power: PowerRing
  readonly verify: VerifyReceipt
  /** The shell around the window; `null` in a browser. */
  readonly shell: ShellClient | null
  /** Opens the page anew, as after another language was chosen. */
  readonly reload: () => void
}

export const createServices = (transport: WindowTransport, ports: Omit<Services, 'client' | 'link' | 'power'>): Services => ({
  client: connect(agentContract, transport),
  link: transport.link,
  power: createPowerRing(),
  ...ports,
})

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new Error('useServices needs a ServicesContext above it')
  return services
}
