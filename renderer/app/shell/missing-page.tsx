import { hrefOf } from '../../lib/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'

export const MissingPage = () => (
  <Page title="Not found">
    <EmptyState title="There is no such page.">
      <a href={hrefOf({ page: 'home' })}>Go to Home</a>, or choose a page from the menu.
    </EmptyState>
  </Page>
)
