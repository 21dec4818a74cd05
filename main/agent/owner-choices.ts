import type { Logger } from '../kernel/log.ts'
import type { AgentConfig } from './config.ts'
import type { News } from './news.ts'
import { type OwnerCoordinator, createOwnerCoordinator, withCoordinator } from './owner-coordinator.ts'
import { type OwnerRulesBook, createOwnerRules, tellOverruled } from './owner-rules.ts'
import { type OwnerTariff, createOwnerTariff } from './owner-tariff.ts'
import { type OwnerZone, createOwnerZone, withZone } from './owner-zone.ts'
import type { AgentStores } from './stores.ts'

export interface OwnerChoicesDeps {
  readonly stores: Pick<AgentStores, 'settings'>
  readonly log: Pick<Logger, 'warn'>
  readonly news: Pick<News, 'changed'>
  /** The machine is in another zone. */
  readonly moved: () => void
  /** A rule is another one. */
  readonly ruled: () => void
}

/** What the owner says while the agent runs, over what it was started with. */
export interface OwnerChoices {
  /** As it was started, with the owner's zone and coordinator in the place of those it was started with. */
  readonly config: AgentConfig
  readonly zone: OwnerZone
  readonly coordinator: OwnerCoordinator
  readonly tariff: OwnerTariff
  readonly rules: OwnerRulesBook
}

/** Opens what the owner has chosen before, and tells whoever acts by it of every other choice. */
export function openOwnerChoices(given: AgentConfig, { stores: { settings }, log, news, moved, ruled }: OwnerChoicesDeps): OwnerChoices {
  const zone = createOwnerZone(given, settings, () => {
    moved()
    news.changed('grid', 'status')
  })
  const coordinator = createOwnerCoordinator(given, settings)
  const config = withCoordinator(withZone(given, zone), coordinator)
  const tariff = createOwnerTariff({
    config,
    onlyIfEarning: () => rules.current().onlyIfEarning,
    settings,
    changed: () => news.changed('grid', 'status', 'money'),
  })
  const rules = createOwnerRules({
    config,
    settings,
    tariff: tariff.current,
    changed() {
      ruled()
      news.changed('grid', 'status')
    },
  })
  tellOverruled(rules, log)
  return { config, zone, coordinator, tariff, rules }
}
