import { useQuery } from '@tanstack/react-query'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../../shared/contract/plan.ts'
import { formatUsd } from '../../../../shared/domain/money.ts'
import { messageOf } from '../../../../shared/errors.ts'
import { formatIntensity, shortId } from '../../../lib/format.ts'
import { Card } from '../../../ui/card.tsx'
import { Disclosure } from '../../../ui/disclosure.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { LedgerTable, Sub } from '../../../ui/ledger-table.tsx'
import { OriginLabel } from '../../../ui/origin-label.tsx'
import { useMay } from '../../me.ts'
import { countOf } from '../../picks/each.ts'
import { hrefOf } from '../../routes.ts'
import { useServices } from '../../services.ts'
import { useNow } from '../../use-now.ts'
import { EXCLUSION } from '../job-words.ts'
import { Span, planRows } from '../plan-facts.tsx'
import { WhyNot } from '../why-not.tsx'
import { usePlan } from './use-plan.ts'

/** What would come of the job as it is written now. */
export function PlanPanel({ spec }: { readonly spec: JobSpec | null }) {
  const { query, isPast } = usePlan(spec)
  const { data, error } = query
  return (
    <Card title="Plan" aside="expected; nothing is submitted yet">
      <p>
        <output>{stateText(spec, query, isPast)}</output>
      </p>
      {error && !query.isFetching ? <p role="alert">{messageOf(error)}</p> : null}
      {data && spec !== null && !error ? <Planned answer={data} /> : null}
    </Card>
  )
}

function stateText(spec: JobSpec | null, { isFetching, data, error }: ReturnType<typeof usePlan>['query'], isPast: boolean): string {
  if (spec === null) return 'The plan appears here once nothing of the job is missing or wrong.'
  if (isFetching) return data ? 'Planning anew… below is the plan from before.' : 'Planning…'
  if (isPast) return 'The job has changed; it is planned anew in a moment.'
  if (error) return 'It could not be planned.'
  return data?.plan ? `It would run in ${data.plan.zone}.` : 'No machine can take it as it is.'
}

function Planned({ answer }: { readonly answer: PlanAnswer }) {
  const now = useNow()
  const { plan, excluded, nodes } = answer
  const out = Object.values(excluded).reduce((sum, count) => sum + count, 0)
  return (
    <>
      <Facts rows={plan ? { Machine: <Machine nodeId={plan.nodeId} />, ...planRows(plan, now) } : {}} />
      <Cost answer={answer} />
      <h3>
        Out: {out} of {countOf(nodes, 'machine')}
      </h3>
      <WhyNot excluded={excluded} />
      <Disclosure name="plan-elsewhere" summary="Every other machine">
        {() => <Elsewhere answer={answer} now={now} />}
      </Disclosure>
    </>
  )
}

/** For a requester machines have numbers that mean something in this answer only. */
function Machine({ nodeId }: { readonly nodeId: string }) {
  const seesFleet = useMay('fleet.read')
  return seesFleet && !nodeId.startsWith('node-') ? <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a> : <>{shortId(nodeId)}</>
}

/** What it costs at most, and what is left of one's balance. */
function Cost({ answer: { maxPriceMicroUsd, results } }: { readonly answer: PlanAnswer }) {
  const { client } = useServices()
  const may = useMay('account.read')
  const account = useQuery({ queryKey: ['ledger', 'account'], queryFn: () => client.call('getAccount', {}), enabled: may })
  const balance = account.data?.balanceMicroUsd ?? null
  const after = balance === null ? null : (BigInt(balance) - BigInt(maxPriceMicroUsd)).toString()
  return (
    <Facts
      rows={{
        'Costs at most': `${formatUsd(maxPriceMicroUsd)}${results === undefined ? '' : `, for ${results} results that have to agree`}`,
        'Your balance now': balance === null ? null : formatUsd(balance),
        'Balance while it runs':
          after === null ? null : after.startsWith('-') ? (
            <>
              Not enough: {formatUsd(after.slice(1))} is missing. <a href={hrefOf({ page: 'account' })}>Pay in</a>
            </>
          ) : (
            <>
              {formatUsd(after)} <small>at least; what it does not use comes back</small>
            </>
          ),
      }}
    />
  )
}

const COLUMNS = [{ name: 'Machine' }, { name: 'When, or why not' }, { name: 'Grid', show: 'wide' }] as const

/** Machines that could take it as well, and those that cannot, as far as there is room. */
const Elsewhere = ({ answer: { alternatives, out }, now }: { readonly answer: PlanAnswer; readonly now: number }) =>
  alternatives.length + out.length === 0 ? (
    <p>There is no other that you may see.</p>
  ) : (
    <LedgerTable
      caption="Other machines"
      columns={COLUMNS}
      rows={[
        ...alternatives.map(({ nodeId, zone, window, gPerKWh, score, origin, recordedOn }, index) => ({
          key: `could ${nodeId} ${index}`,
          cells: [
            <>
              <Machine nodeId={nodeId} />
              <Sub>{zone}</Sub>
            </>,
            <>
              <Span window={window} now={now} />
              <Sub>score {score.total.toFixed(3)}</Sub>
            </>,
            <>
              ≈ {formatIntensity(gPerKWh)} <OriginLabel origin={origin} recordedOn={recordedOn} />
            </>,
          ],
        })),
        ...out.map(({ nodeId, zone, reason }) => ({
          key: `out ${nodeId}`,
          cells: [
            <>
              <Machine nodeId={nodeId} />
              <Sub>{zone}</Sub>
            </>,
            EXCLUSION[reason],
            '–',
          ],
        })),
      ]}
    />
  )
