import type { ReactNode } from 'react'
import { VERIFICATION_STEPS, type Verification, type VerificationStep } from '../../../shared/domain/verification.ts'
import { spokenLanguage, t } from '../../../shared/i18n/translate.ts'
import { formatSeconds } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { stepText } from '../../lib/verification-text.ts'
import { OUTCOME_WORD, STEP_WORD, type Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { English } from '../../ui/english.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import css from './receipts.module.css'
import type { Check } from './use-verification.ts'

/** The verdict of this computer, and each step that led to it. */
export const VerdictCard = ({ check }: { check: Omit<Check, 'again'> }) => (
  <Card
    title={t('Checked on this computer, without the network')}
    aside={check.at === null ? null : <span className={css['when']}>{formatSeconds(check.at)}</span>}
  >
    <output className={css['verdict']}>
      <Badge state={verdictWord(check)} look="pill" />
      <span>{verdictText(check)}</span>
    </output>
    {check.error ? null : <Steps result={check.result} />}
  </Card>
)

function verdictWord({ result, error }: Pick<Check, 'result' | 'error'>): Word {
  if (error) return { tone: 'honey', glyph: 'bang', word: t('Not checked') }
  if (result === null) return { tone: 'slate', glyph: 'half', word: t('Checking') }
  return result.valid ? { tone: 'leaf', glyph: 'check', word: t('Valid') } : { tone: 'madder', glyph: 'cross', word: t('Not valid') }
}

function verdictText({ result, error }: Pick<Check, 'result' | 'error'>): ReactNode {
  if (error) return rich('The check could not be made: {reason} This says nothing about the receipt.', { reason: <English>{error.message}</English> })
  if (result === null) return t('Checking signatures, sums and the log entry…')
  if (!result.valid)
    return t('The check failed at “{step}”. Do not rely on this receipt.', {
      step: result.failedStep === null ? t('unknown step') : STEP_WORD[result.failedStep],
    })
  const skipped = result.steps.filter(({ outcome }) => outcome === 'skipped').length
  return skipped === 0
    ? t('Every step passed.')
    : t('Every step that can be made without the network passed; {count, plural, one {one was} other {# were}} not made.', { count: skipped })
}

/** In English the check says it itself, with its figures; elsewhere those are added only where a step failed. */
function Found({ step, result }: { step: VerificationStep; result: Verification }) {
  if (spokenLanguage() === 'en') return step.detail
  return (
    <>
      {stepText(step, result)} {step.outcome === 'failed' ? <English>{step.detail}</English> : null}
    </>
  )
}

/** All lines stand from the start, so that nothing moves when the results arrive. */
const Steps = ({ result }: { result: Verification | null }) => (
  <ol className={css['steps']}>
    {VERIFICATION_STEPS.map((step) => {
      const found = result?.steps.find((candidate) => candidate.step === step)
      const state = found ? OUTCOME_WORD[found.outcome] : null
      return (
        <li key={step}>
          <span className={css[state?.tone ?? 'plain']}>
            <Glyph name={state?.glyph ?? 'ring'} />
            <span className="sr-only">{state?.word ?? (result === null ? t('Waiting') : t('Not reached'))}: </span>
          </span>
          <strong>{STEP_WORD[step]}</strong>
          <span className={css['detail']}>{found && result ? <Found step={found} result={result} /> : result === null ? '…' : t('Not reached.')}</span>
        </li>
      )
    })}
  </ol>
)
