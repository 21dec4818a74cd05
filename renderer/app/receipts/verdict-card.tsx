import { VERIFICATION_STEPS, type Verification } from '../../../shared/domain/verification.ts'
import { formatSeconds } from '../../lib/format.ts'
import { OUTCOME_WORD, STEP_WORD, type Word } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import css from './receipts.module.css'
import type { Check } from './use-verification.ts'

/** The verdict of this computer, and each step that led to it. */
export const VerdictCard = ({ check }: { check: Omit<Check, 'again'> }) => (
  <Card title="Checked on this computer, without the network" aside={check.at === null ? null : <span className={css['when']}>{formatSeconds(check.at)}</span>}>
    <output className={css['verdict']}>
      <Badge state={verdictWord(check)} look="pill" />
      <span>{verdictText(check)}</span>
    </output>
    {check.error ? null : <Steps result={check.result} />}
  </Card>
)

function verdictWord({ result, error }: Pick<Check, 'result' | 'error'>): Word {
  if (error) return { tone: 'honey', glyph: 'bang', word: 'Not checked' }
  if (result === null) return { tone: 'slate', glyph: 'half', word: 'Checking' }
  return result.valid ? { tone: 'leaf', glyph: 'check', word: 'Valid' } : { tone: 'madder', glyph: 'cross', word: 'Not valid' }
}

function verdictText({ result, error }: Pick<Check, 'result' | 'error'>): string {
  if (error) return `The check could not be made: ${error.message} This says nothing about the receipt.`
  if (result === null) return 'Checking signatures, sums and the log entry…'
  if (!result.valid) return `The check failed at “${result.failedStep === null ? 'unknown step' : STEP_WORD[result.failedStep]}”. Do not rely on this receipt.`
  const skipped = result.steps.filter(({ outcome }) => outcome === 'skipped').length
  return skipped === 0
    ? 'Every step passed.'
    : `Every step that can be made without the network passed; ${skipped === 1 ? 'one was' : `${skipped} were`} not made.`
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
            <span className="sr-only">{state?.word ?? (result === null ? 'Waiting' : 'Not reached')}: </span>
          </span>
          <strong>{STEP_WORD[step]}</strong>
          <span className={css['detail']}>{found?.detail ?? (result === null ? '…' : 'Not reached.')}</span>
        </li>
      )
    })}
  </ol>
)
