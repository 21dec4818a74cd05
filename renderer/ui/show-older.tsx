import { t } from '../../shared/i18n/translate.ts'
import { Button } from './button.tsx'

interface ShowOlderProps {
  readonly label?: string
  readonly query: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; readonly fetchNextPage: () => Promise<unknown> }
}

/** The way to the next page of a list. */
export const ShowOlder = ({ query, label = t('Show older') }: ShowOlderProps) =>
  query.hasNextPage ? (
    <p>
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? t('Loading…') : label}
      </Button>
    </p>
  ) : null
