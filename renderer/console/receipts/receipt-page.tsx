import { useQuery } from '@tanstack/react-query'
import type { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { receiptOf } from '../../../shared/domain/receipt-summary.ts'
import { ReceiptClaims, type ReceiptClock } from '../../app/receipts/receipt-claims.tsx'
import { ReceiptRaw } from '../../app/receipts/receipt-raw.tsx'
import { VerdictCard } from '../../app/receipts/verdict-card.tsx'
import { shortId } from '../../lib/format.ts'
import { saveFile } from '../../lib/save-file.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { Acts } from '../order/acts.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'

/** To the second, as the whole console: a short job begins and ends within one minute. */
const IN_UTC: ReceiptClock = {
  moment: formatUtc,
  window: ({ from, to }, now) => `${formatUtc(from, now)} – ${formatUtc(to, now)}`,
}

/** One receipt: checked in this browser first, then read. */
export function ReceiptPage({ receiptId }: { readonly receiptId: string }) {
  const { client } = useServices()
  const receipt = useQuery({ queryKey: ['receipts', receiptId], queryFn: () => client.call('getReceipt', { receiptId }), staleTime: Infinity })
  return (
    <Page title={`Receipt ${shortId(receiptId)}`} above={<a href={hrefOf({ page: 'receipts' })}>Receipts</a>}>
      <Answered query={receipt} what="this receipt">
        {(bundle) => <Shown receiptId={receiptId} bundle={bundle} />}
      </Answered>
    </Page>
  )
}

function Shown({ receiptId, bundle }: { readonly receiptId: string; readonly bundle: ReceiptBundle }) {
  const { client, verify } = useServices()
  const now = useNow()
  const check = useQuery({
    queryKey: ['receipts', receiptId, 'check'],
    queryFn: async () => {
      const { receiptKey, logKey } = await client.call('keys', {})
      return verify(bundle, [receiptKey, logKey])
    },
    retry: false,
    staleTime: Infinity,
  })
  const receipt = receiptOf(bundle)
  const result = check.isFetching ? null : (check.data ?? null)
  const says = receipt?.predicate.receiptId
  return (
    <>
      <Acts>
        <Button onClick={() => saveFile({ name: `${receiptId}.wfreceipt`, type: 'application/json', text: JSON.stringify(bundle) })}>Save as a file</Button>
        <Button onClick={() => void check.refetch()} unavailable={check.isFetching}>
          Check again
        </Button>
        <CopyId value={receiptId} what="receipt id" />
      </Acts>
      <VerdictCard check={{ result, at: result === null ? null : check.dataUpdatedAt, error: check.isFetching ? null : check.error }} />
      <p className={prose['small']}>
        Checked with the keys that this coordinator names today. Whoever does not trust it pins them once and checks the file elsewhere:{' '}
        <code>windfall receipt verify FILE</code>.
      </p>
      {says !== undefined && says !== receiptId ? (
        <Banner tone="madder" glyph="cross">
          <strong>This is another receipt.</strong> It calls itself {shortId(says)}.
        </Banner>
      ) : null}
      {receipt === null ? null : (
        <ReceiptClaims
          receipt={receipt}
          anchor={bundle.anchor}
          invalid={result?.valid === false}
          now={now}
          clock={IN_UTC}
          job={<a href={hrefOf({ page: 'job', jobId: receipt.predicate.jobId })}>Open the job</a>}
        />
      )}
      <ReceiptRaw bundle={bundle} />
    </>
  )
}
