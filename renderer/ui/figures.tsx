import type { ReactNode } from 'react'
import { cx } from '../lib/cx.ts'
import css from './figures.module.css'

/** Four figures side by side, each under its name; `uneven` gives the first and the third more room. */
export const Figures = ({ uneven = false, children }: { uneven?: boolean; children: ReactNode }) => (
  <div className={css['wrap']}>
    <dl className={cx(css['figures'], uneven && css['uneven'])}>{children}</dl>
  </div>
)

export const Figure = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
