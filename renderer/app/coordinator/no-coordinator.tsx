import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Banner } from '../../ui/banner.tsx'
import { settingHref } from '../settings/shell-sections.ts'

/** The way to say whom this computer works for, where nobody has; nothing else. */
export const CoordinatorLink = ({ state }: Pick<AgentStatus['coordinator'], 'state'>) =>
  state === 'unconfigured' ? (
    <p>
      <a href={settingHref('coordinator')}>{t('Set the coordinator')}</a>
    </p>
  ) : null

/** What of the money is not known without a coordinator, once for the whole page. */
export const NoCoordinator = () => (
  <Banner tone="honey" glyph="bang">
    <strong>{t('No coordinator is set.')}</strong> {t('Nobody gives this computer jobs or holds money for it yet.')}{' '}
    <a href={settingHref('coordinator')}>{t('Set the coordinator')}</a>
  </Banner>
)
