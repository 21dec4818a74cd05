import { useQuery } from '@tanstack/react-query'
import { formatUsd } from '../../../shared/domain/money.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { countOf } from '../picks/each.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'

const LIMIT = 50
const SHOWN = 5

/** What waits for a second person. */
export function ApprovalsPart() {
  const { client } = useServices()
  const waiting = useQuery({
    queryKey: ['approvals', 'waiting', LIMIT],
    queryFn: () => client.call('listApprovals', { waiting: true, after: null, limit: LIMIT }),
  })
  return (
    <Card title="Approvals" aside={<a href={hrefOf({ page: 'approvals' })}>All that wait</a>}>
      <Answered query={waiting} what="what waits for a second person" lines={2}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p>No act waits for a second person.</p>
          ) : (
            <>
              <p>
                {next === null ? `${countOf(items.length, 'act')} ${items.length === 1 ? 'waits' : 'wait'}` : `More than ${LIMIT} acts wait`} for a second
                person.
              </p>
              <ul>
                {items.slice(0, SHOWN).map(({ approvalId, summary }) => (
                  <li key={approvalId}>{summary}</li>
                ))}
              </ul>
            </>
          )
        }
      </Answered>
      <WaitingMoney />
    </Card>
  )
}

/** Large payouts wait for a second person, too, where payouts are. */
function WaitingMoney() {
  const { client } = useServices()
  const may = useMay('payouts.read')
  const status = useQuery({ queryKey: ['payouts', 'status'], queryFn: () => client.call('getPayoutStatus', {}), enabled: may })
  const count = status.data?.waiting.approvals ?? 0
  if (count === 0) return null
  return (
    <p>
      <a href={hrefOf({ page: 'payouts' })}>{count === 1 ? '1 batch of payouts waits' : `${count} batches of payouts wait`}</a> for operators under Payouts.
    </p>
  )
}

/** Whether money leaves as it should. */
export function PayoutsPart() {
  const { client } = useServices()
  const now = useNow()
  const status = useQuery({ queryKey: ['payouts', 'status'], queryFn: () => client.call('getPayoutStatus', {}) })
  return (
    <Card title="Payouts" aside={<a href={hrefOf({ page: 'payouts' })}>All payouts</a>}>
      <Answered query={status} what="how payouts stand" lines={3}>
        {({ paused, trouble, waiting, caps, refill, cluster }) => (
          <Facts
            rows={{
              State: (
                <>
                  <Badge
                    state={paused ? word('honey', 'bars', 'Paused') : trouble === null ? word('leaf', 'check', 'Running') : word('madder', 'bang', 'Stuck')}
                  />{' '}
                  <small>
                    {paused ? `by ${paused.by}: ${paused.reason}` : (trouble ?? '')} {paused?.since ? `since ${formatUtc(paused.since, now)}` : ''} on {cluster}
                  </small>
                </>
              ),
              'Waiting for approval':
                waiting.approvals === 0 ? 0 : <a href={hrefOf({ page: 'payouts' })}>{waiting.approvals === 1 ? '1 batch' : `${waiting.approvals} batches`}</a>,
              'Under way': waiting.open,
              'Paid out in a day': `${formatUsd(caps.day.usedMicroUsd)}, at most ${formatUsd(caps.day.maxMicroUsd)}`,
              'Hot wallet': refill.needed ? refill.message : null,
            }}
          />
        )}
      </Answered>
    </Card>
  )
}

/** Whether the books balance and agree with the chain. It is checked when somebody comes here, or asks. */
export function BooksPart() {
  const { client, clock } = useServices()
  const now = useNow()
  const check = useQuery({
    queryKey: ['books', 'check'],
    queryFn: async () => ({ at: clock.now(), ...(await client.call('checkLedger', {})) }),
  })
  return (
    <Card title="Books" aside={<a href={hrefOf({ page: 'ledger' })}>Ledger</a>}>
      <Answered query={check} what="whether the books balance" lines={2}>
        {({ at, balanced, findings, entries }) => (
          <>
            <p>
              <Badge
                state={
                  balanced && findings.length === 0 ? word('leaf', 'check', 'They reconcile') : word('madder', 'cross', countOf(findings.length, 'finding'))
                }
              />{' '}
              <small>
                {new Intl.NumberFormat('en-GB').format(entries)} entries, checked {formatUtc(at, now)}
              </small>
            </p>
            <ul>
              {findings.slice(0, SHOWN).map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          </>
        )}
      </Answered>
      <Button look="quiet" unavailable={check.isFetching} onClick={() => (check.isFetching ? undefined : void check.refetch())}>
        {check.isFetching ? 'Checking…' : 'Check again'}
      </Button>
    </Card>
  )
}
