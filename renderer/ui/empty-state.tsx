import type { ReactNode } from 'react'
import css from './empty-state.module.css'

/** Why there is nothing here, and what comes next. */
export const EmptyState = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className={css['empty']}>
    <p className={css['title']}>{title}</p>
    <p>{children}</p>
  </div>
)
