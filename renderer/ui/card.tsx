import { type ReactNode, useId } from 'react'
import css from './card.module.css'

interface CardProps {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}

/** A thing of its own on the page, named by its heading. */
export function Card({ title, aside, children }: CardProps) {
  const id = useId()
  return (
    <section className={css['card']} aria-labelledby={id}>
      <div className={css['head']}>
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}
