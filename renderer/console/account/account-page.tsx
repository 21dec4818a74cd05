import { useQuery } from '@tanstack/react-query'
import { formatUsd } from '../../../shared/domain/money.ts'
import { Banner } from '../../ui/banner.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Figure, Figures } from '../../ui/figures.tsx'
import { Page } from '../../ui/page.tsx'
import { Answered } from '../answered.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useMe } from '../me.ts'
import { ViewLinks } from '../order/view-links.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { monthAt } from '../ledger/ledger-words.ts'
import { DepositsPart } from './deposits-part.tsx'
import { SpendPart } from './spend-part.tsx'
import { VaultsPart } from './vaults-part.tsx'

const PARTS = { deposits: 'Deposits', spend: 'Spending', vaults: 'Vaults' } as const
const FILTERS = { part: { choices: Object.keys(PARTS) } } as const satisfies FilterKinds

/** One's own money: what is there, what is set aside, and how more is paid in. */
export function AccountPage() {
  const { requesterId } = useMe()
  if (requesterId !== null) return <Own requesterId={requesterId} />
  return (
    <Page title="Account">
      <EmptyState title="You have no account of your own here.">
        You look after those of others: <a href={hrefOf({ page: 'ledger' }, new URLSearchParams({ part: 'requesters' }))}>Ledger</a> has them.
      </EmptyState>
    </Page>
  )
}

function Own({ requesterId }: { readonly requesterId: string }) {
  const { client } = useServices()
  const now = useNow()
  const part = useFilters(FILTERS).one('part') ?? 'deposits'
  const account = useQuery({ queryKey: ['ledger', 'account'], queryFn: () => client.call('getAccount', {}) })
  const statement = hrefOf({ page: 'ledger' }, new URLSearchParams({ part: 'statement', month: monthAt(now) }))
  return (
    <Page title="Account">
      <p>
        {requesterId} · <a href={statement}>Statement by month</a> · <a href={hrefOf({ page: 'ledger' })}>Everything that was booked</a>
      </p>
      <Answered query={account} what="your account" lines={3}>
        {({ balanceMicroUsd, reservedMicroUsd, owedMicroUsd }) => (
          <>
            {owedMicroUsd === '0' ? null : (
              <Banner tone="madder" glyph="bang">
                You owe {formatUsd(owedMicroUsd)}, since a deposit was taken back after it was spent. No job is taken until it is paid in.
              </Banner>
            )}
            <Figures>
              <Figure name="Balance">
                {formatUsd(balanceMicroUsd)}
                <small>for new jobs</small>
              </Figure>
              <Figure name="Set aside">
                {formatUsd(reservedMicroUsd)}
                <small>for jobs that go on; what they do not cost comes back</small>
              </Figure>
              <Figure name="Owed">{formatUsd(owedMicroUsd)}</Figure>
            </Figures>
          </>
        )}
      </Answered>
      <ViewLinks
        label="Parts of the account"
        shown={part}
        views={Object.entries(PARTS).map(([name, label]) => ({ name, label, href: hrefOf({ page: 'account' }, new URLSearchParams({ part: name })) }))}
      />
      {part === 'deposits' ? <DepositsPart /> : null}
      {part === 'spend' ? <SpendPart /> : null}
      {part === 'vaults' ? <VaultsPart /> : null}
    </Page>
  )
}
