import { useState } from 'react'
import type { Checked } from './check-file.ts'
import { ReceiptClaims } from '../app/receipts/receipt-claims.tsx'
import { ReceiptRaw } from '../app/receipts/receipt-raw.tsx'
import { VerdictCard } from '../app/receipts/verdict-card.tsx'
import { spokenLanguage, t } from '../../shared/i18n/translate.ts'
import { Banner } from '../ui/banner.tsx'
import { Card } from '../ui/card.tsx'
import { FileDrop } from '../ui/file-field.tsx'
import { English } from '../ui/english.tsx'
import { useFileDrop } from '../ui/use-file-drop.ts'
import { KeyCard } from './key-card.tsx'
import { type Cryptography, useFileCheck } from './use-check.ts'
import css from './verify.module.css'

/** A receipt file, checked where it is: nothing of it leaves this page. */
export function VerifyPage({ cryptography }: { cryptography: Cryptography }) {
  const [file, setFile] = useState<File | null>(null)
  const [keyText, setKeyText] = useState('')
  const { result, at } = useFileCheck(file, keyText, cryptography)
  useFileDrop(setFile)
  return (
    <main className={css['page']}>
      <h1>{t('Check a receipt')}</h1>
      <p className={css['lead']}>
        {t(
          'A receipt states the energy a computing job took and the emissions that go with it. This page checks its signatures, sums and log entry. It works without the network, and nothing you choose here leaves it.',
        )}
      </p>
      <Card title={t('Receipt file')}>
        <FileDrop name={file?.name ?? null} accept=".wfreceipt" onFile={setFile} />
      </Card>
      <KeyCard text={keyText} onText={setKeyText} />
      {file === null ? null : typeof result === 'string' ? <NoReceipt why={result} /> : <Findings checked={result} at={at} now={cryptography.clock.now()} />}
    </main>
  )
}

const NoReceipt = ({ why }: { why: string }) => (
  <Banner tone="madder" glyph="cross">
    <strong>{t('Unreadable.')}</strong>{' '}
    {spokenLanguage() === 'en' ? null : t('This is not a receipt file. Ask whoever gave it to you for the .wfreceipt file.')} <English>{why}</English>
  </Banner>
)

interface FindingsProps {
  /** `null` while the check runs. */
  readonly checked: Checked | null
  readonly at: number | null
  readonly now: number
}

function Findings({ checked, at, now }: FindingsProps) {
  const verification = checked?.verification ?? null
  const content = checked?.content ?? null
  const isAnyones = verification?.steps.some(({ step, outcome }) => step === 'coordinator-key' && outcome === 'skipped') ?? false
  return (
    <>
      <VerdictCard check={{ result: verification, at, error: null }} />
      {verification?.valid && isAnyones ? (
        <Banner tone="honey" glyph="bang">
          <strong>{t('Valid in itself.')}</strong> {t('Anyone can make a file that is. To know whose receipt this is, give the coordinator’s key above.')}
        </Banner>
      ) : null}
      {content?.receipt ? <ReceiptClaims receipt={content.receipt} anchor={content.bundle.anchor} invalid={verification?.valid === false} now={now} /> : null}
      {content ? <ReceiptRaw bundle={content.bundle} /> : null}
    </>
  )
}
