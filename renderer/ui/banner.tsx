import type { ReactNode } from 'react'
import { cx } from '../lib/cx.ts'
import type { GlyphName } from '../lib/words.ts'
import css from './banner.module.css'
import { Glyph } from './glyph.tsx'

interface BannerProps {
  readonly tone: 'slate' | 'honey' | 'madder' | 'leaf'
  readonly glyph: GlyphName
  readonly children: ReactNode
  readonly action?: ReactNode
}

/** One thing the owner should know now: what happened, what still works, what to do. */
export const Banner = ({ tone, glyph, children, action }: BannerProps) => (
  <div className={cx(css['banner'], css[tone])}>
    <Glyph name={glyph} />
    <div className={css['text']}>{children}</div>
    {action}
  </div>
)
