import { useQuery } from '@tanstack/react-query'
import type { DecisionRecord, DecisionView } from '../../../shared/contract/decision.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { Answered } from '../answered.tsx'
import { hrefOf } from '../routes.ts'
import { type Services, useServices } from '../services.ts'
import { Alternatives } from './alternatives.tsx'
import { checkDecision } from './check-decision.ts'
import { CopyJson } from './copy-json.tsx'
import css from './decision.module.css'
import { DecisionFacts } from './decision-facts.tsx'
import { DecisionSteps } from './decision-steps.tsx'
import { Inputs } from './inputs.tsx'
import { readDecision } from './read-decision.ts'
import { ReplayPart } from './replay-part.tsx'

/** One decision: what came of it, what it was made on, and whether it is still what was written down. */
export function DecisionPage({ seq }: { readonly seq: string }) {
  const { client } = useServices()
  const number = /^[1-9]\d{0,15}$/.test(seq) ? Number(seq) : null
  const view = useQuery({
    queryKey: ['decisions', 'one', number],
    queryFn: () => client.call('getDecision', { seq: number ?? 0 }),
    enabled: number !== null,
  })
  const title = number === null ? 'No such decision' : `Decision ${number}`
  return (
    <Page title={title} above={<a href={hrefOf({ page: 'decisions' })}>Decisions</a>}>
      {number === null ? (
        <EmptyState title="A decision is named by its number.">The list of decisions leads to each.</EmptyState>
      ) : (
        <Answered query={view} what="this decision">
          {(decision) => <Shown decision={decision} />}
        </Answered>
      )}
    </Page>
  )
}

function Shown({ decision }: { readonly decision: DecisionView }) {
  const { record } = decision
  const reading = readDecision(record)
  const choice = reading.form === 'choice' ? reading.choice : null
  return (
    <div className={css['parts']}>
      <DecisionFacts record={record} reading={reading} />
      <div className={css['verbs']}>
        <CopyJson decision={decision} />
        <a href={hrefOf({ page: 'decision', seq: String(record.seq + 1) })}>The one after it</a>
        {record.seq > 1 ? <a href={hrefOf({ page: 'decision', seq: String(record.seq - 1) })}>The one before it</a> : null}
      </div>
      {choice ? <Alternatives choice={choice} /> : null}
      {choice ? <Inputs decision={decision} /> : null}
      <Checks record={record} />
      {choice ? <ReplayPart seq={record.seq} policy={choice.policy} isKept={decision.inputs.every(({ bytes }) => bytes !== null)} /> : null}
    </div>
  )
}

function Checks({ record }: { readonly record: DecisionRecord }) {
  const { client } = useServices()
  const steps = useQuery({
    queryKey: ['decisions', 'check', record.seq, record.hash],
    queryFn: async () => checkDecision(record, { before: await recordBefore(client, record.seq) }, browserVerifyPort.sha256),
  })
  return <DecisionSteps steps={steps} record={record} />
}

/** `null` where there is none, or none that whoever asks may read. */
async function recordBefore(client: Services['client'], seq: number): Promise<DecisionRecord | null> {
  if (seq === 1) return null
  try {
    return (await client.call('getDecision', { seq: seq - 1 })).record
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'not-found') return null
    throw error
  }
}
