import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { hrefOf } from '../../lib/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'

export const MissingPage = () => (
  <Page title={t('Not found')}>
    <EmptyState title={t('There is no such page.')}>
      {rich('{home}, or choose a page from the menu.', { home: <a href={hrefOf({ page: 'home' })}>{t('Go to Home')}</a> })}
    </EmptyState>
  </Page>
)
