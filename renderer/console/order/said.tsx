import type { ReactNode } from 'react'
import css from './part.module.css'

/** What is said aloud once it is there, in a line of its own. */
export const Said = ({ children }: { readonly children: ReactNode }) => <output className={css['said']}>{children}</output>
