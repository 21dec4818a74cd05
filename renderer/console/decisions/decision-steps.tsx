import type { UseQueryResult } from '@tanstack/react-query'
import type { DecisionRecord } from '../../../shared/contract/decision.ts'
import { OUTCOME_WORD } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { WindfallError } from '../../../shared/errors.ts'
import { Answered } from '../answered.tsx'
import type { CheckStep } from './check-decision.ts'
import css from './decision.module.css'

interface DecisionStepsProps {
  readonly steps: UseQueryResult<readonly CheckStep[]>
  readonly record: DecisionRecord
}

/** Whether the record is still what was written down, step by step. */
export function DecisionSteps({ steps, record: { hash, prevHash } }: DecisionStepsProps) {
  return (
    <section className={css['part']} aria-label="Check">
      <h2>Checked in this browser</h2>
      <Facts rows={{ Hash: <CopyId value={hash} what="hash" />, 'Hash before it': <CopyId value={prevHash} what="hash of the one before it" /> }} />
      {steps.error && !(steps.error instanceof WindfallError) ? (
        <p>
          This browser gives a page without HTTPS no cryptography, so nothing was checked here. On the command line: windfall decision export, then windfall
          decision verify.
        </p>
      ) : (
        <Answered query={steps} what="the check" lines={3}>
          {(done) => <Steps steps={done} />}
        </Answered>
      )}
      <p className={css['note']}>Hashes are computed here from what is shown; the coordinator’s word is not taken for it.</p>
    </section>
  )
}

const Steps = ({ steps }: { readonly steps: readonly CheckStep[] }) => (
  <ol className={css['steps']}>
    {steps.map(({ name, outcome, note }) => (
      <li key={name}>
        <Badge state={OUTCOME_WORD[outcome]} /> {name}
        <small>{note}</small>
      </li>
    ))}
  </ol>
)
