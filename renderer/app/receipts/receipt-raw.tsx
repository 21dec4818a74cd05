import { TreeHead, type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { useScreen } from '../../state/screen.ts'
import { Card } from '../../ui/card.tsx'
import css from './receipts.module.css'

const NAME = 'receipt-raw'

/** The bytes behind the page: the statement and proofs as they were signed, and the bundle as it is exported. */
export function ReceiptRaw({ bundle }: { bundle: ReceiptBundle }) {
  const open = useScreen((screen) => screen.openTables[NAME] ?? false)
  const setTableOpen = useScreen((screen) => screen.setTableOpen)
  return (
    <Card title="Raw JSON">
      <details className={css['raw']} open={open} onToggle={(event) => setTableOpen(NAME, event.currentTarget.open)}>
        <summary>Show what was signed, and the whole bundle</summary>
        {open ? (
          <>
            <Json title="Receipt" value={payloadOf(bundle.receipt)} />
            {bundle.proofs.map((proof, index) => (
              <Json key={proof.signatures[0]?.sig} title={`Energy proof ${index + 1}`} value={payloadOf(proof)} />
            ))}
            <Json title="Log head" value={TreeHead.safeParse(payloadOf(bundle.inclusion.treeHead)).data ?? null} />
            <Json title="Bundle" value={bundle} />
          </>
        ) : null}
      </details>
    </Card>
  )
}

const Json = ({ title, value }: { title: string; value: unknown }) => (
  <>
    <h3>{title}</h3>
    {/* Scrolls, so the keyboard must be able to reach it. */}
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <section tabIndex={0} aria-label={`${title} as JSON`}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  </>
)
