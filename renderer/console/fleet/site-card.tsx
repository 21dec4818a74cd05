import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { SiteView } from '../../../shared/contract/evidence.ts'
import { messageOf } from '../../../shared/errors.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import field from '../../ui/field.module.css'
import { Answered } from '../answered.tsx'
import { useServices } from '../services.ts'
import { useTold } from '../told.ts'
import { Utc } from '../utc.tsx'
import css from './fleet.module.css'

interface SiteCardProps {
  readonly nodeId: string
  readonly now: number
}

/** What is known of a British machine's connection to the grid, and what it drew on a day as a signed file. */
export function SiteCard({ nodeId, now }: SiteCardProps) {
  const { client } = useServices()
  const site = useQuery({ queryKey: ['nodes', 'site', nodeId], queryFn: () => client.call('getSite', { nodeId }) })
  return (
    <Card title="Site" aside="evidence, not settlement">
      <Answered query={site} what="its connection to the grid" lines={3}>
        {(known) => <Facts rows={siteRows(known, now)} />}
      </Answered>
      <EvidenceOfDay nodeId={nodeId} now={now} />
    </Card>
  )
}

const siteRows = (site: SiteView, now: number) => ({
  MPAN: site.mpan ?? 'Not known',
  MSID: site.msid,
  AMSID: site.amsid,
  'GSP group': site.gspGroup,
  'BM unit': site.bmUnit,
  Supplier: site.supplierId,
  'Settlement meter': site.settlementMeter,
  'Reference price': site.referencePrice === null ? null : `£${site.referencePrice.gbpPerMWh} per MWh, version ${site.referencePrice.version}`,
  'Said by':
    site.saidBy === null ? (
      'Nobody: windfall evidence site says what is known'
    ) : (
      <>
        {site.saidBy}, <Utc at={site.saidAt} now={now} />
      </>
    ),
})

const DAY_MS = 86_400_000

/** The settlement periods of a day as a file that anybody can check. */
function EvidenceOfDay({ nodeId, now }: SiteCardProps) {
  const { client } = useServices()
  const { tell } = useTold()
  const id = useId()
  const yesterday = new Date(now - DAY_MS).toISOString().slice(0, 10)
  const [date, setDate] = useState(yesterday)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const envelope = await client.call('getEvidence', { nodeId, date })
      saveFile({ name: `windfall-evidence-${nodeId}-${date}.json`, type: 'application/json', text: JSON.stringify(envelope, null, 2) })
      tell({ text: `The evidence of ${date} was saved. windfall evidence verify checks it.`, isProblem: false })
    } catch (error) {
      tell({ text: messageOf(error), isProblem: true })
    } finally {
      setBusy(false)
    }
  }
  return (
    <p className={css['line']}>
      <label htmlFor={id}>Day</label>
      <input
        id={id}
        className={field['field']}
        type="date"
        value={date}
        max={new Date(now).toISOString().slice(0, 10)}
        onChange={(event) => setDate(event.target.value)}
      />
      <Button unavailable={busy || date === ''} onClick={() => (busy || date === '' ? undefined : void save())}>
        {busy ? 'Fetching…' : 'Save what it drew'}
      </Button>
    </p>
  )
}
