import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { Banner } from '../../ui/banner.tsx'
import { Card } from '../../ui/card.tsx'
import { FileDrop } from '../../ui/file-field.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useFileDrop } from '../../ui/use-file-drop.ts'
import { useNow } from '../hooks.ts'
import { type NumberedFile, useWindow } from '../window-state.ts'
import { type OpenedCheck, type Trust, useOpenedCheck } from './opened-receipt.ts'
import { ReceiptClaims } from './receipt-claims.tsx'
import { ReceiptRaw } from './receipt-raw.tsx'
import { VerdictCard } from './verdict-card.tsx'

/** A receipt file that came another way than from the agent, checked here. It is kept nowhere. */
export function OpenedReceiptPage() {
  const { opened, setOpened } = useWindow()
  const open = (file: File) => setOpened({ name: file.name, content: file })
  useFileDrop(open)
  return (
    <Page title={t('Receipt file')} above={<a href={hrefOf({ page: 'receipts' })}>{t('All receipts')}</a>}>
      <p className={prose['lead']}>{t('A receipt that somebody gave you is checked on this computer, without the network, and kept nowhere.')}</p>
      <Card title={t('File')}>
        <FileDrop name={opened?.name ?? null} accept=".wfreceipt" onFile={open} />
      </Card>
      {opened === null ? null : <Opened key={opened.number} file={opened} />}
    </Page>
  )
}

function Opened({ file }: { file: NumberedFile }) {
  const { data, error, dataUpdatedAt } = useOpenedCheck(file)
  if (typeof data?.checked === 'string') return <NoReceipt why={data.checked} />
  const at = data ? dataUpdatedAt : null
  return (
    <>
      {data ? <Caution found={data} /> : null}
      <VerdictCard check={{ result: data?.checked.verification ?? null, at, error }} />
      {data ? <Content found={data} /> : null}
    </>
  )
}

const NoReceipt = ({ why }: { why: string }) => (
  <div role="alert">
    <Banner tone="madder" glyph="cross">
      <strong>{t('This file cannot be checked.')}</strong> <Foreign>{why}</Foreign>
    </Banner>
  </div>
)

/** What a valid file is worth where no key says whose it is. */
const WHOSE: Readonly<Record<Exclude<Trust, 'known'>, string>> = {
  'none-yet': t('Anyone can make a file that is. This computer has not met a coordinator yet, so it cannot say whose receipt this is.'),
  'not-reached': t('Anyone can make a file that is. The agent, which knows the coordinator’s keys, does not answer, so whose receipt this is was not checked.'),
}

/** What the verdict alone does not say: whose receipt it is. */
function Caution({ found: { checked, trust, apartFromKey } }: { found: OpenedCheck }) {
  if (apartFromKey !== null) return <StrangeKey holds={apartFromKey.valid} />
  if (typeof checked === 'string' || !checked.verification.valid || trust === 'known') return null
  return (
    <Banner tone="honey" glyph="bang">
      <strong>{t('Valid in itself.')}</strong> {WHOSE[trust]}
    </Banner>
  )
}

function Content({ found: { checked } }: { found: OpenedCheck }) {
  const now = useNow()
  if (typeof checked === 'string' || checked.content === null) return null
  const { bundle, receipt } = checked.content
  return (
    <>
      {receipt ? <ReceiptClaims receipt={receipt} anchor={bundle.anchor} invalid={!checked.verification.valid} now={now} /> : null}
      <ReceiptRaw bundle={bundle} />
    </>
  )
}

const StrangeKey = ({ holds }: { holds: boolean }) => (
  <Banner tone="honey" glyph="bang">
    <strong>{t('Signed by a key that this computer does not know.')}</strong>{' '}
    {holds
      ? t(
          'Its signatures, sums and log entry hold, but not for the coordinator of this computer. It may come from another one: believe it only if you know whose key that is.',
        )
      : t('And that is not all: without regard to the key, the check fails, too.')}
  </Banner>
)
