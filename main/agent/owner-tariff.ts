import { Tariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { AgentConfig } from './config.ts'
import { unpriced } from './owner-rules.ts'
import type { SettingsStore } from './settings.store.ts'

export interface OwnerTariff {
  /** What electricity costs the owner; `null` if they have not said. */
  readonly current: () => Tariff | null
  /** Where it was said. */
  readonly setBy: () => 'window' | 'settings'
  /** `null` goes back to what the settings file says. Error: `input.invalid`. */
  readonly set: (tariff: Tariff | null) => void
}

export interface OwnerTariffDeps {
  readonly config: Pick<AgentConfig, 'tariff'>
  readonly onlyIfEarning: () => boolean
  readonly settings: SettingsStore
  readonly changed: () => void
}

const KEY = 'owner-tariff'

/** The tariff that the owner has set in the window, or else the one of their settings file. */
export function createOwnerTariff({ config, onlyIfEarning, settings, changed }: OwnerTariffDeps): OwnerTariff {
  let own = settings.get(KEY, Tariff)
  return {
    current: () => own ?? config.tariff,
    setBy: () => (own ? 'window' : 'settings'),
    set(tariff) {
      const problem = onlyIfEarning() ? unpriced(tariff ?? config.tariff) : null
      if (problem !== null) throw new WindfallError('input.invalid', problem)
      settings.set(KEY, tariff)
      own = tariff
      changed()
    },
  }
}
