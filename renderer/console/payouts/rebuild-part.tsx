import { useMutation } from '@tanstack/react-query'
import type { PayoutRebuild } from '../../../shared/contract/payout-admin.ts'
import { messageOf } from '../../../shared/errors.ts'
import { formatSol, formatUsdc } from '../../../shared/domain/money.ts'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { LedgerTable, Sub } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { useMay } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Part } from '../order/part.tsx'
import { Said } from '../order/said.tsx'
import { useServices } from '../services.ts'
import { SignatureLink } from './signature-link.tsx'

type Found = PayoutRebuild['found'][number]

const VERDICT: Readonly<Record<Found['verdict'], string>> = {
  batch: 'Its batch is known: it is booked to it',
  addresses: 'Booked to nodes by their addresses',
  fee: 'Booked as a fee',
  deposit: 'Booked as a deposit',
  'written-off': 'Booked as a loss',
  unexplained: 'Not explained: nothing is booked',
}

/** What the chain knows of the hot wallet and the books do not, as after a restored backup: looked for first, and booked only when asked again. */
export function RebuildPart({ cluster }: { readonly cluster: string }) {
  const { client } = useServices()
  const mayAct = useMay('payouts.write')
  const look = useMutation({ mutationFn: () => client.call('rebuildPayouts', { apply: false, writeOff: [] }) })
  return (
    <Part title="Rebuild from the chain">
      <p className={prose['lead']}>
        After a restored backup the chain may know payments that these books do not. Looking changes nothing: it reads every transaction of the hot wallet and
        says what each would be booked as. What nothing explains is never booked by itself.
      </p>
      {mayAct ? (
        <Acts>
          <Button unavailable={look.isPending} onClick={() => (look.isPending ? undefined : look.mutate())}>
            {look.isPending ? 'Reading the chain…' : 'Look, without booking'}
          </Button>
        </Acts>
      ) : (
        <p>Only who may pause and rebuild payouts can look: it asks the chain for every transaction.</p>
      )}
      <Said>{look.error ? <span className={prose['refused']}>{messageOf(look.error)}</span> : look.data ? summaryOf(look.data) : null}</Said>
      {look.data && look.data.found.length > 0 ? <FoundRows found={look.data.found} cluster={cluster} /> : null}
      {look.data && bookable(look.data) > 0 && mayAct ? (
        <Acts>
          <Act label="Book them…">{(close) => <Apply rebuild={look.data} close={close} again={() => look.mutate()} />}</Act>
        </Acts>
      ) : null}
      <p className={prose['small']}>Booking something that nothing explains as a loss is done on the command line, by its signature:</p>
      <CopyId full value={`windfall payout rebuild --apply --write-off SIGNATURE --coordinator ${location.origin}`} what="command" />
    </Part>
  )
}

const bookable = ({ found }: PayoutRebuild): number => found.filter(({ verdict }) => verdict !== 'unexplained').length

const summaryOf = ({ transactions, known, found }: PayoutRebuild): string =>
  found.length === 0
    ? `${transactions} transactions on chain, and the books know every one of them.`
    : `${transactions} transactions on chain; the books know ${known} and lack ${found.length}.`

const FoundRows = ({ found, cluster }: { readonly found: readonly Found[]; readonly cluster: string }) => (
  <LedgerTable
    caption="What the books lack"
    columns={[{ name: 'Transaction' }, { name: 'Hot wallet changed by', align: 'end' }, { name: 'What would be done' }]}
    rows={found.map(({ signature, lamports, microUsdc, verdict, explanation, rate }) => ({
      key: signature,
      cells: [
        <SignatureLink key="signature" signature={signature} cluster={cluster} />,
        [lamports === '0' ? null : formatSol(lamports), microUsdc === '0' ? null : formatUsdc(microUsdc)].filter((one) => one !== null).join(', ') || '0',
        <>
          {VERDICT[verdict]}
          <Sub>
            {explanation}
            {rate === null ? null : ` ${rate}`}
          </Sub>
        </>,
      ],
    }))}
  />
)

interface ApplyProps {
  readonly rebuild: PayoutRebuild
  readonly close: () => void
  readonly again: () => void
}

function Apply({ rebuild, close, again }: ApplyProps) {
  const { client } = useServices()
  const [count, left] = [bookable(rebuild), rebuild.found.length - bookable(rebuild)]
  return (
    <OrderDialog
      title="Book what the chain knows?"
      verb={`Book ${count} ${count === 1 ? 'transaction' : 'transactions'}`}
      run={async () => {
        const booked = await client.call('rebuildPayouts', { apply: true, writeOff: [] })
        again()
        return booked
      }}
      done={(booked) => `${bookable(booked)} transactions were booked.`}
      changes={['payouts', 'ledger', 'decisions', 'acts']}
      close={close}
    >
      <p>
        {count} transactions are booked as the table says; that is not taken back. {left === 0 ? null : `${left} that nothing explains are left alone.`} Pause
        payouts before this, so that nothing is paid twice meanwhile.
      </p>
    </OrderDialog>
  )
}
