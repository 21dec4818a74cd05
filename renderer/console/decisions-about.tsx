import { useQuery } from '@tanstack/react-query'
import { Card } from '../ui/card.tsx'
import { LedgerTable, Sub } from '../ui/ledger-table.tsx'
import { listHref } from './address.ts'
import { Answered } from './answered.tsx'
import { useMay } from './me.ts'
import { hrefOf } from './routes.ts'
import { useServices } from './services.ts'
import { Utc } from './utc.tsx'

const LIMIT = 10
const COLUMNS = [{ name: 'Decision' }, { name: 'What was decided' }, { name: 'When' }] as const

interface DecisionsAboutProps {
  /** `job:ID` or `node:ID`. */
  readonly about: string
  readonly now: number
}

/** The newest decisions about one thing; nothing for whoever may not read them. */
export function DecisionsAbout({ about, now }: DecisionsAboutProps) {
  const { client } = useServices()
  const may = useMay('decisions.read')
  const decisions = useQuery({
    queryKey: ['decisions', 'about', about],
    queryFn: () => client.call('listDecisions', { about, kind: null, since: null, until: null, after: null, limit: LIMIT }),
    enabled: may,
  })
  if (!may) return null
  return (
    <Card title="Decisions" aside={<a href={listHref('decisions', { about })}>All decisions about it</a>}>
      <Answered query={decisions} what="decisions about it" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p>None that you may see.</p>
          ) : (
            <LedgerTable
              caption="Decisions about it, newest first"
              columns={COLUMNS}
              rows={items.map(({ seq, kind, what, at }) => ({
                key: String(seq),
                cells: [
                  <a key="seq" href={hrefOf({ page: 'decision', seq: String(seq) })}>
                    {seq}
                  </a>,
                  <>
                    {what}
                    <Sub>{kind}</Sub>
                  </>,
                  <Utc key="at" at={at} now={now} />,
                ],
              }))}
            />
          )
        }
      </Answered>
    </Card>
  )
}
