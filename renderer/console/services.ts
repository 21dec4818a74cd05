import { createContext, use } from 'react'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client } from '../../shared/contract/define.ts'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import type { Verification } from '../../shared/domain/verification.ts'
import type { WindowClock } from '../lib/clock.ts'
import type { CoordinatorLink } from './coordinator-link.ts'
import type { Credential } from './credential.ts'
import type { PutBytes } from './upload.ts'

/** Everything the pages of the console take from outside themselves. */
export interface Services {
  readonly client: Client<typeof coordinatorContract>
  readonly coordinator: CoordinatorLink
  readonly credential: Credential
  readonly clock: WindowClock
  readonly upload: PutBytes
  /** Checks a receipt in this browser against these keys. */
  readonly verify: (bundle: ReceiptBundle, keys: readonly PublicJwk[]) => Promise<Verification>
}

export const createServices = (ports: Omit<Services, 'client'>): Services => ({ client: ports.coordinator.client, ...ports })

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new Error('useServices needs a ServicesContext above it')
  return services
}
