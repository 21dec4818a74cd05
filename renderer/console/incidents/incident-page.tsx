import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { IncidentView } from '../../../shared/contract/incident.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, TextField } from '../order/order-field.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useAct } from '../use-act.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { actionWord, causeWord, incidentWord } from './incident-words.ts'
import { Where } from './incidents-page.tsx'

/** One incident: what was seen, what was done about it, and by whom it is looked after. */
export function IncidentPage({ incidentId }: { readonly incidentId: string }) {
  const { client } = useServices()
  const incident = useQuery({ queryKey: ['incidents', incidentId], queryFn: () => client.call('getIncident', { incidentId }) })
  return (
    <Page title="Incident" above={<a href={hrefOf({ page: 'incidents' })}>Incidents</a>}>
      <Answered query={incident} what="this incident">
        {(view) => <Shown incident={view} />}
      </Answered>
    </Page>
  )
}

const HOW = { gone: 'by itself: the cause is gone', closed: 'closed by hand', outlasted: 'it has lasted so long that it is how things are' } as const

function Shown({ incident }: { readonly incident: IncidentView }) {
  const now = useNow()
  const { ended, clearing, acknowledged } = incident
  return (
    <>
      <Card title={`${causeWord(incident.cause)}${incident.simulated ? ', simulated' : ''}`} aside={<Badge state={incidentWord(incident)} look="pill" />}>
        <p>{incident.summary}</p>
        <Facts
          rows={{
            Id: <CopyId value={incident.incidentId} what="incident id" />,
            Where: <Where {...incident} />,
            Since: <Utc at={incident.detectedAt} now={now} />,
            Clearing:
              clearing === null ? null : (
                <>
                  The cause is gone since <Utc at={clearing.goneSince} now={now} />; it ends at <Utc at={clearing.endsAt} now={now} /> unless it returns.
                </>
              ),
            'Looked after by':
              acknowledged === null ? (
                'nobody yet'
              ) : (
                <>
                  {acknowledged.by}, since <Utc at={acknowledged.at} now={now} />
                </>
              ),
            Ended:
              ended === null ? null : (
                <>
                  <Utc at={ended.at} now={now} /> {HOW[ended.how]}
                  {ended.by === null ? '' : ` (${ended.by})`}
                  {ended.note === null ? '' : `: ${ended.note}`}
                </>
              ),
            Decisions: <a href={hrefOf({ page: 'decisions' }, new URLSearchParams({ about: `incident:${incident.incidentId}` }))}>What was decided, and why</a>,
          }}
        />
        {ended === null ? <IncidentActs incident={incident} /> : null}
      </Card>
      <Card title="What happened">
        <LedgerTable
          caption="Transitions, oldest first"
          columns={[{ name: 'When' }, { name: 'To' }, { name: 'Because' }]}
          rows={incident.transitions.map(({ at, from, to, reason }) => ({
            key: `${at} ${from} ${to}`,
            cells: [<Utc key="at" at={at} now={now} />, <Badge key="to" state={incidentWord({ state: to, clearing: null })} />, reason],
          }))}
        />
      </Card>
      <Card title="What was done with jobs">
        {incident.actions.length === 0 ? (
          <EmptyState title="No job had to be touched.">What is planned later is planned on what is known now.</EmptyState>
        ) : (
          <LedgerTable
            caption="Actions, oldest first"
            columns={[{ name: 'When' }, { name: 'Job' }, { name: 'Action' }, { name: 'Because' }]}
            rows={incident.actions.map(({ at, jobId, action, reason }, index) => ({
              key: `${index} ${jobId}`,
              cells: [
                <Utc key="at" at={at} now={now} />,
                <a key="job" href={hrefOf({ page: 'job', jobId })}>
                  {jobId}
                </a>,
                actionWord(action),
                reason,
              ],
            }))}
          />
        )}
      </Card>
    </>
  )
}

/** Somebody looks after it; somebody ends it, and says why. */
function IncidentActs({ incident: { incidentId, acknowledged } }: { readonly incident: IncidentView }) {
  const { client } = useServices()
  const may = useMay('incidents.write')
  const acknowledge = useAct({
    run: () => client.call('acknowledgeIncident', { incidentId }),
    changes: ['incidents'],
    done: () => 'You look after this incident now.',
  })
  if (!may) return null
  return (
    <Acts>
      <Button onClick={() => acknowledge.mutate()} unavailable={acknowledge.isPending || acknowledged !== null}>
        {acknowledged === null ? 'I look after it' : 'Looked after'}
      </Button>
      <Act label="Close with a note…">{(close) => <CloseDialog incidentId={incidentId} close={close} />}</Act>
    </Acts>
  )
}

function CloseDialog({ incidentId, close }: { readonly incidentId: string; readonly close: () => void }) {
  const { client } = useServices()
  const [note, setNote] = useState('')
  return (
    <OrderDialog
      title="Close this incident"
      verb="Close the incident"
      missing={note.trim() === '' ? 'Write a note: whoever reads the record later wants to know why it was closed.' : null}
      run={() => client.call('closeIncident', { incidentId, note: note.trim() })}
      done={() => 'The incident is closed.'}
      changes={['incidents']}
      close={close}
    >
      <p>Jobs that were held are planned as usual. If the cause is still there, a new incident begins.</p>
      <Fields>
        <TextField label="Note, for whoever reads the record" value={note} change={setNote} maxLength={500} />
      </Fields>
    </OrderDialog>
  )
}
