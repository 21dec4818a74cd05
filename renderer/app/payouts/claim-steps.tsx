import { t } from '../../../shared/i18n/translate.ts'
import { CLAIM_STEPS } from '../../lib/money-words.ts'
import { Glyph } from '../../ui/glyph.tsx'
import css from './payouts.module.css'

/** How far a claim has come. */
export const ClaimSteps = ({ reached }: { reached: number }) => (
  <ol className={css['steps']} aria-label={t('Steps of the claim')}>
    {CLAIM_STEPS.map((name, index) => (
      <li key={name} className={index <= reached ? css['done'] : undefined} aria-current={index === reached ? 'step' : undefined}>
        <Glyph name={index < reached || reached === CLAIM_STEPS.length - 1 ? 'check' : index === reached ? 'half' : 'ring'} />
        {name}
        {index < reached ? <span className="sr-only">, {t('done')}</span> : null}
      </li>
    ))}
  </ol>
)
