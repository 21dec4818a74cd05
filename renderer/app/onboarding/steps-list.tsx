import { SETUP_STEPS, type SetupStep } from '../../../shared/contract/first-run.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Glyph } from '../../ui/glyph.tsx'
import css from './step-frame.module.css'
import { STEP_NAME } from './setup-words.ts'

interface StepsListProps {
  /** The one that is shown; `null` behind the last. */
  readonly current: SetupStep | null
  readonly closed: boolean
  readonly go: (step: SetupStep) => void
}

/** Where the owner is, and the way to any other step. */
export function StepsList({ current, closed, go }: StepsListProps) {
  const reached = current === null ? SETUP_STEPS.length : SETUP_STEPS.indexOf(current)
  return (
    <nav aria-label={t('Steps of setting up')}>
      <ol className={css['steps']}>
        {SETUP_STEPS.map((step, index) => (
          <li key={step}>
            <button type="button" disabled={closed} aria-current={step === current ? 'step' : undefined} onClick={() => go(step)}>
              <span className={css['number']} aria-hidden="true">
                {index < reached ? <Glyph name="check" /> : index + 1}
              </span>
              {STEP_NAME[step]}
              {index < reached ? <span className="sr-only">, {t('done')}</span> : null}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}
