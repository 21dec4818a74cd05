import { TreeHead, type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Card } from '../../ui/card.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import css from './receipts.module.css'

/** The bytes behind the page: the statement and proofs as they were signed, and the bundle as it is exported. */
export const ReceiptRaw = ({ bundle }: { bundle: ReceiptBundle }) => (
  <Card title={t('Raw JSON')}>
    <Disclosure name="receipt-raw" summary={t('Show what was signed, and the whole bundle')}>
      {() => (
        <div className={css['raw']}>
          <Json title={t('Receipt')} value={payloadOf(bundle.receipt)} />
          {bundle.proofs.map((proof, index) => (
            <Json key={proof.signatures[0]?.sig} title={t('Energy proof {number}', { number: index + 1 })} value={payloadOf(proof)} />
          ))}
          <Json title={t('Log head')} value={TreeHead.safeParse(payloadOf(bundle.inclusion.treeHead)).data ?? null} />
          <Json title={t('Bundle')} value={bundle} />
        </div>
      )}
    </Disclosure>
  </Card>
)

const Json = ({ title, value }: { title: string; value: unknown }) => (
  <>
    <h3>{title}</h3>
    {/* Scrolls, so the keyboard must be able to reach it. */}
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <section tabIndex={0} aria-label={t('{title} as JSON', { title })}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  </>
)
