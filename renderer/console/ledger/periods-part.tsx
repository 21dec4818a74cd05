import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PeriodView } from '../../../shared/contract/ledger.ts'
import { type SheetVerdict, verifySheets } from '../../../shared/domain/balance-sheet.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'
import { OUTCOME_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { dayStart } from '../order/days.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, TextField } from '../order/order-field.tsx'
import { Part } from '../order/part.tsx'
import { Said } from '../order/said.tsx'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { allRows } from '../table/keyset.ts'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc, formatUtc } from '../utc.tsx'
import { anyAmountText } from './ledger-words.ts'

const periodKey = ({ until }: PeriodView): string => until

const columns = (now: number): readonly DataColumn<PeriodView>[] => [
  { name: 'Closed up to', cell: ({ until }) => formatUtc(until, now), text: ({ until }) => until },
  { name: 'Closed at', cell: ({ closedAt }) => <Utc at={closedAt} now={now} />, text: ({ closedAt }) => closedAt },
  { name: 'Transactions', align: 'end', cell: ({ transactions }) => transactions, text: ({ transactions }) => String(transactions) },
  { name: 'Sheet', cell: ({ sheetSha256 }) => <CopyId value={sheetSha256} what="hash of the sheet" />, text: ({ sheetSha256 }) => sheetSha256 },
]

/** Signed balance sheets, oldest first, and the balances of the last one. */
export function PeriodsPart() {
  const { client } = useServices()
  const mayClose = useMay('ledger.write')
  const periods = useRows({ queryKey: ['ledger', 'periods'], fetchPage: (page) => client.call('listPeriods', page), keyOf: periodKey })
  const loaded = periods.rows ? allRows(periods.rows) : []
  return (
    <>
      <Part title="Closed periods" acts={mayClose ? <Act label="Close the books…">{(close) => <ClosePeriod close={close} />}</Act> : null}>
        <p className={prose['lead']}>
          Up to the end of a period nothing is booked any more, and a balance sheet says what every kind of account held. It is signed, and names the sheet
          before it.
        </p>
        <DataTable
          what="periods"
          source={periods}
          columns={columns(useNow())}
          keyOf={periodKey}
          empty={{ title: 'No period was closed yet.', text: 'Who looks after money closes the books up to a time that is past.' }}
        />
      </Part>
      {loaded.length === 0 ? null : <Sheets periods={loaded} isAll={periods.rows?.next === null} />}
    </>
  )
}

function Sheets({ periods, isAll }: { readonly periods: readonly PeriodView[]; readonly isAll: boolean }) {
  const verdicts = useQuery({
    queryKey: ['ledger', 'sheets', periods.map(({ sheetSha256 }) => sheetSha256).join(' ')],
    queryFn: () =>
      verifySheets(
        periods.map(({ envelope }) => envelope),
        { crypto: browserVerifyPort },
      ).catch(() => null),
  })
  return (
    <Part title={isAll ? 'Balances at the end of the last period' : 'Balances at the end of the last period that is shown'}>
      <Answered query={verdicts} what="the sheets" lines={4}>
        {(known) =>
          known === null ? (
            <p>This browser gives a page without HTTPS no cryptography: windfall ledger verify checks the sheets.</p>
          ) : (
            <Balances verdicts={known} />
          )
        }
      </Answered>
    </Part>
  )
}

function Balances({ verdicts }: { readonly verdicts: readonly SheetVerdict[] }) {
  const odd = verdicts.filter(({ problems }) => problems.length > 0)
  const sheet = verdicts.at(-1)?.sheet
  return (
    <>
      <Said>
        <Badge state={OUTCOME_WORD[odd.length === 0 ? 'passed' : 'failed']} /> {verdicts.length} {verdicts.length === 1 ? 'sheet' : 'sheets'}: signatures, sums
        and order, computed in this browser.
      </Said>
      {odd.map(({ until, problems }, index) => (
        <p key={index} className={prose['refused']}>
          {until ?? 'A sheet'}: {problems.join('; ')}.
        </p>
      ))}
      {sheet ? (
        <LedgerTable
          caption={`Balances at ${sheet.until}`}
          columns={[{ name: 'Kind of account' }, { name: 'Balance', align: 'end' }]}
          rows={sheet.balances.map(({ account, asset, amount }) => ({ key: `${account} ${asset}`, cells: [account, anyAmountText({ asset, amount })] }))}
        />
      ) : null}
      <p className={prose['small']}>All accounts of a kind together, ids as *, at the end of the period. What was booked since is under Transactions.</p>
    </>
  )
}

function ClosePeriod({ close }: { readonly close: () => void }) {
  const { client, clock } = useServices()
  const [day, setDay] = useState(() => new Date(clock.now() - 86_400_000).toISOString().slice(0, 10))
  const until = dayStart(day, 1)
  const isOver = until !== null && Date.parse(until) <= clock.now()
  return (
    <OrderDialog
      title="Close the books?"
      verb={`Close up to the end of ${day}`}
      missing={until === null ? 'Choose a day.' : isOver ? null : 'This day goes on. Choose one that is over everywhere by UTC.'}
      run={() => client.call('closePeriod', { until: until ?? '' })}
      done={(period) => `The books are closed up to ${period.until}: ${period.transactions} transactions.`}
      changes={['ledger', 'decisions', 'acts']}
      close={close}
    >
      <p>
        Nothing is booked before the end of this day any more, and the balance sheet is signed. That is not taken back; closing the same day again changes
        nothing.
      </p>
      <Fields>
        <TextField label="Last day of the period (UTC)" kind="date" value={day} change={setDay} />
      </Fields>
    </OrderDialog>
  )
}
