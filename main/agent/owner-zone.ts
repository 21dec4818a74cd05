import type { ZoneChoice } from '../../shared/contract/first-run.ts'
import { Zone } from '../../shared/contract/wire.ts'
import type { AgentConfig } from './config.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerZone {
  /** Where on the grid this machine is. */
  readonly current: () => string
  readonly view: () => ZoneChoice
  /** `null` goes back to what the settings file says. */
  readonly set: (zone: string | null) => void
}

const KEY = 'owner-zone'

/** The zone that the owner has set in the window, or else the one of their settings file. */
export function createOwnerZone(config: Pick<AgentConfig, 'zone'>, settings: SettingsStore, changed: () => void): OwnerZone {
  let own = settings.get(KEY, Zone)
  const current = () => own ?? config.zone
  return {
    current,
    view: () => ({ zone: current(), setBy: own === null ? 'settings' : 'window' }),
    set(zone) {
      const before = current()
      settings.set(KEY, zone)
      own = zone
      if (current() !== before) changed()
    },
  }
}

/** The settings with the zone as it is at the moment somebody asks. */
export const withZone = (config: AgentConfig, zone: Pick<OwnerZone, 'current'>): AgentConfig => ({
  ...config,
  get zone() {
    return zone.current()
  },
})
