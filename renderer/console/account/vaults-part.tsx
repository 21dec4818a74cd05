import type { VaultView } from '../../../shared/contract/vault.ts'
import { formatUsd, formatUsdc } from '../../../shared/domain/money.ts'
import { shortId } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import prose from '../../ui/prose.module.css'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Part } from '../order/part.tsx'
import { SignatureLink } from '../payouts/signature-link.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { vaultWord } from './deposit-words.ts'

/** As many as the coordinator gives at once. */
const MOST = 100

const vaultKey = ({ jobId }: VaultView): string => jobId

const columns = (now: number): readonly DataColumn<VaultView>[] => [
  { name: 'Job', cell: ({ jobId }) => <a href={hrefOf({ page: 'job', jobId })}>{shortId(jobId)}</a>, text: ({ jobId }) => jobId },
  { name: 'State', cell: (one) => <State vault={one} />, text: ({ state }) => state },
  { name: 'Held', align: 'end', cell: ({ heldMicroUsdc }) => formatUsdc(heldMicroUsdc), text: ({ heldMicroUsdc }) => heldMicroUsdc },
  { name: 'Has to lie there', align: 'end', cell: ({ dueMicroUsdc }) => formatUsdc(dueMicroUsdc), text: ({ dueMicroUsdc }) => dueMicroUsdc },
  { name: 'Free', align: 'end', cell: ({ freeMicroUsd }) => formatUsd(freeMicroUsd), text: ({ freeMicroUsd }) => freeMicroUsd },
  { name: 'Next', cell: (one) => <Next vault={one} />, text: ({ reason }) => reason },
  { name: 'Account', hidden: true, cell: ({ account }) => <CopyId value={account} what="address of the vault" />, text: ({ account }) => account },
  { name: 'Since', hidden: true, cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
]

const State = ({ vault: { state, reason } }: { readonly vault: VaultView }) => (
  <>
    <Badge state={vaultWord(state)} />
    <Sub>{reason}</Sub>
  </>
)

function Next({ vault }: { readonly vault: VaultView }) {
  const mayAct = useMay('account.write')
  const { jobId, state, release, cluster } = vault
  if (release !== null) return <SignatureLink signature={release.signature} cluster={cluster} />
  if (!mayAct || (state !== 'waiting' && state !== 'funded')) return <>–</>
  return (
    <>
      <CopyId full value={`windfall vault sign ${jobId} --keypair FILE --coordinator ${location.origin}`} what={`command for ${jobId}`} />
      {state === 'waiting' ? (
        <Act label="Give up…" look="quiet" about={`the vault of ${jobId}`}>
          {(close) => <GiveUp vault={vault} close={close} />}
        </Act>
      ) : null}
    </>
  )
}

function GiveUp({ vault: { jobId, dueMicroUsdc }, close }: { readonly vault: VaultView; readonly close: () => void }) {
  const { client } = useServices()
  return (
    <OrderDialog
      title="Give this vault up?"
      verb="Give it up"
      run={() => client.call('cancelVault', { jobId })}
      done={() => 'Given up. No money had come.'}
      changes={['ledger', 'jobs']}
      close={close}
    >
      <p>
        {formatUsdc(dueMicroUsdc)} were to lie there for the job {jobId}, and have not come. The job is not taken with this vault any more.
      </p>
    </OrderDialog>
  )
}

/** Money of protected jobs. A wallet has to sign, and wallets are no business of a web page. */
export function VaultsPart() {
  const { client } = useServices()
  const vaults = useRows({ queryKey: ['ledger', 'vaults'], fetchPage: ({ after }) => client.call('listVaults', { after, limit: MOST }), keyOf: vaultKey })
  return (
    <Part title="Vaults">
      <p className={prose['lead']}>
        The money of a protected job lies in USDC where two of three have to sign: you, the coordinator, an arbiter. Your wallet signs on the command line,
        where its key is; each vault has the command for its next step.
      </p>
      <DataTable
        what="vaults"
        source={vaults}
        columns={columns(useNow())}
        keyOf={vaultKey}
        empty={{ title: 'No protected jobs yet.', text: 'Begin one on the command line: windfall vault open --usd AMOUNT --wallet ADDRESS.' }}
      />
    </Part>
  )
}
