import { type ReactNode, useId } from 'react'
import css from './part.module.css'

interface PartProps {
  readonly title: string
  /** What can be done about it. */
  readonly acts?: ReactNode
  readonly children: ReactNode
}

/** A part of a page under its own heading. */
export function Part({ title, acts, children }: PartProps) {
  const id = useId()
  return (
    <section className={css['part']} aria-labelledby={id}>
      <div className={css['head']}>
        <h2 id={id}>{title}</h2>
        {acts}
      </div>
      {children}
    </section>
  )
}
