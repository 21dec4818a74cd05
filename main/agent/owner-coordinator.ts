import { z } from 'zod'
import type { CoordinatorChoice } from '../../shared/contract/first-run.ts'
import type { AgentConfig } from './config.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerCoordinator {
  readonly url: () => string | null
  /** What the settings give for that one to let this machine in. */
  readonly token: () => string | null
  readonly view: () => CoordinatorChoice
  /** Keeps the origin of one that has taken this machine. */
  readonly keep: (url: string) => void
}

const KEY = 'owner-coordinator'
const Kept = z.strictObject({ url: z.url({ protocol: /^https?$/ }) })

type Given = Pick<AgentConfig, 'coordinatorUrl' | 'enrolmentToken' | 'namedCoordinator'>

/** The coordinator that was named for this start, or else the one that the owner has set in the window, or else that of their settings file. */
export function createOwnerCoordinator(config: Given, settings: SettingsStore): OwnerCoordinator {
  let own = config.namedCoordinator ? null : (settings.get(KEY, Kept)?.url ?? null)
  const url = () => own ?? config.coordinatorUrl
  return {
    url,
    token: () => (own === null || own === config.coordinatorUrl ? config.enrolmentToken : null),
    view: () => ({ url: url(), setBy: config.namedCoordinator ? 'start' : own === null ? 'settings' : 'window' }),
    keep(chosen) {
      settings.set(KEY, { url: chosen })
      own = chosen
    },
  }
}

/** The settings with the coordinator as it is at the moment somebody asks. */
export const withCoordinator = (config: AgentConfig, coordinator: Pick<OwnerCoordinator, 'url' | 'token'>): AgentConfig => ({
  ...config,
  get zone() {
    return config.zone
  },
  get coordinatorUrl() {
    return coordinator.url()
  },
  get enrolmentToken() {
    return coordinator.token()
  },
})
