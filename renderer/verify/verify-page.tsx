import { useEffect, useState } from 'react'
import type { Checked } from './check-file.ts'
import { ReceiptClaims } from '../app/receipts/receipt-claims.tsx'
import { ReceiptRaw } from '../app/receipts/receipt-raw.tsx'
import { VerdictCard } from '../app/receipts/verdict-card.tsx'
import { Banner } from '../ui/banner.tsx'
import { Card } from '../ui/card.tsx'
import { FileField } from './file-field.tsx'
import { KeyCard } from './key-card.tsx'
import { type Cryptography, useFileCheck } from './use-check.ts'
import css from './verify.module.css'

/** Takes what is dropped anywhere on the page, so that a miss does not make the browser leave it. */
function useDrop(onFile: (file: File) => void): void {
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault()
    const take = (event: DragEvent) => {
      event.preventDefault()
      const [file] = event.dataTransfer?.files ?? []
      if (file) onFile(file)
    }
    addEventListener('dragover', allow)
    addEventListener('drop', take)
    return () => {
      removeEventListener('dragover', allow)
      removeEventListener('drop', take)
    }
  }, [onFile])
}

/** A receipt file, checked where it is: nothing of it leaves this page. */
export function VerifyPage({ cryptography }: { cryptography: Cryptography }) {
  const [file, setFile] = useState<File | null>(null)
  const [keyText, setKeyText] = useState('')
  const { result, at } = useFileCheck(file, keyText, cryptography)
  useDrop(setFile)
  return (
    <main className={css['page']}>
      <h1>Check a receipt</h1>
      <p className={css['lead']}>
        A receipt states the energy a computing job took and the emissions that go with it. This page checks its signatures, sums and log entry. It works
        without the network, and nothing you choose here leaves it.
      </p>
      <Card title="Receipt file">
        <div className={css['drop']}>
          <output>{file === null ? 'Drop a .wfreceipt file anywhere on this page, or choose one.' : <strong>{file.name}</strong>}</output>
          <FileField label={file === null ? 'Choose a receipt' : 'Choose another receipt'} accept=".wfreceipt" onFile={setFile} />
        </div>
      </Card>
      <KeyCard text={keyText} onText={setKeyText} />
      {file === null ? null : typeof result === 'string' ? <NoReceipt why={result} /> : <Findings checked={result} at={at} now={cryptography.clock.now()} />}
    </main>
  )
}

const NoReceipt = ({ why }: { why: string }) => (
  <Banner tone="madder" glyph="cross">
    <strong>Unreadable.</strong> {why}
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
          <strong>Valid in itself.</strong> Anyone can make a file that is. To know whose receipt this is, give the coordinator’s key above.
        </Banner>
      ) : null}
      {content?.receipt ? <ReceiptClaims receipt={content.receipt} anchor={content.bundle.anchor} invalid={verification?.valid === false} now={now} /> : null}
      {content ? <ReceiptRaw bundle={content.bundle} /> : null}
    </>
  )
}
