import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'

/** The way back to the first steps, and to what helps when something does not work. */
export const HelpCard = () => (
  <Card title={t('Help')}>
    <ul>
      <li>
        <a href={hrefOf({ page: 'diagnostics' })}>{t('Examine this computer, read the log, or make a problem report')}</a>
      </li>
      <li>
        <a href={hrefOf({ page: 'welcome' })}>{t('Go through the first steps again')}</a>
      </li>
    </ul>
  </Card>
)
