import type { ReactNode } from 'react'
import css from './facts.module.css'

/** Names and values, one per line; `null` values are left out. */
export const Facts = ({ rows }: { rows: Readonly<Record<string, ReactNode>> }) => (
  <dl className={css['facts']}>
    {Object.entries(rows).flatMap(([name, value]) =>
      value === null
        ? []
        : [
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>,
          ],
    )}
  </dl>
)
