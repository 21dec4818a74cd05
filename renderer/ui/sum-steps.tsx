import type { ReactNode } from 'react'
import { cx } from '../lib/cx.ts'
import css from './sum-steps.module.css'

interface Step {
  readonly name: ReactNode
  readonly note: ReactNode
  readonly amount: ReactNode
  /** Words stand in place of an amount, and may run over several lines. */
  readonly words?: boolean
  /** What the steps before it come to. */
  readonly total?: boolean
}

/** A sum as it is written down by hand: one step below the other, and a line above what it comes to. */
export const SumSteps = ({ steps }: { steps: readonly Step[] }) => (
  <dl className={css['steps']}>
    {steps.map(({ name, note, amount, words, total }, index) => (
      <div key={index} className={cx(total === true && css['total'])}>
        <dt>
          {name} {note === null ? null : <small>{note}</small>}
        </dt>
        <dd className={cx(words && css['words'])}>{amount}</dd>
      </div>
    ))}
  </dl>
)
