import type { OutputOf } from '../../../shared/contract/define.ts'
import type { agentContract } from '../../../shared/contract/agent.ts'
import { receiptOf } from '../../../shared/domain/receipt-summary.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { shortId } from '../../lib/format.ts'
import { Banner } from '../../ui/banner.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { useNow } from '../hooks.ts'
import { useReceipt } from '../queries.ts'
import { ReceiptActions } from './receipt-actions.tsx'
import { ReceiptClaims } from './receipt-claims.tsx'
import { ReceiptRaw } from './receipt-raw.tsx'
import { useVerification } from './use-verification.ts'
import { VerdictCard } from './verdict-card.tsx'

const Back = () => <a href={hrefOf({ page: 'receipts' })}>{t('All receipts')}</a>

/** One receipt: checked here first, then read. */
export function ReceiptPage({ receiptId }: { receiptId: string }) {
  const receipt = useReceipt(receiptId)
  return (
    <Page title={t('Receipt {id}', { id: shortId(receiptId) })} above={<Back />}>
      <Loaded query={receipt} what={t('this receipt')} skeleton={<SkeletonLines count={10} />}>
        {(answer) => <ReceiptDetail receiptId={receiptId} answer={answer} answeredAt={receipt.dataUpdatedAt} />}
      </Loaded>
    </Page>
  )
}

interface ReceiptDetailProps {
  readonly receiptId: string
  readonly answer: OutputOf<(typeof agentContract)['getReceipt']>
  readonly answeredAt: number
}

function ReceiptDetail({ receiptId, answer, answeredAt }: ReceiptDetailProps) {
  const { bundle } = answer
  const now = useNow()
  const check = useVerification(answer, answeredAt)
  const receipt = receiptOf(bundle)
  const invalid = check.result?.valid === false
  return (
    <>
      <ReceiptActions receiptId={receiptId} bundle={bundle} check={check} />
      <VerdictCard check={check} />
      {receipt !== null && receipt.predicate.receiptId !== receiptId ? (
        <Banner tone="madder" glyph="cross">
          <strong>{t('This is another receipt.')}</strong> {t('It calls itself {id}.', { id: shortId(receipt.predicate.receiptId) })}
        </Banner>
      ) : null}
      {receipt === null ? null : (
        <ReceiptClaims
          receipt={receipt}
          anchor={bundle.anchor}
          invalid={invalid}
          now={now}
          job={<a href={hrefOf({ page: 'job', id: receipt.predicate.jobId })}>{t('Open the job')}</a>}
        />
      )}
      <ReceiptRaw bundle={bundle} />
    </>
  )
}
