import { type ReactNode, useEffect, useRef } from 'react'
import type { FirstRun, SetupStep } from '../../../shared/contract/first-run.ts'
import css from './step-frame.module.css'

export interface StepProps {
  readonly state: FirstRun
  /** The owner came here from another step. */
  readonly moved: boolean
  /** The agent does not answer. */
  readonly closed: boolean
  readonly go: (step: SetupStep) => void
}

interface StepFrameProps {
  readonly title: string
  /** The owner came here from another step. */
  readonly moved: boolean
  readonly children: ReactNode
  /** What leads on. */
  readonly verbs: ReactNode
}

/** One step: its heading takes the focus when the owner moves there, so that reading starts at its top. */
export function StepFrame({ title, moved, children, verbs }: StepFrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (moved) heading.current?.focus()
  }, [moved])
  return (
    <section className={css['step']} aria-label={title}>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
      <div className={css['verbs']}>{verbs}</div>
    </section>
  )
}
