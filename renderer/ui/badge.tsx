import { cx } from '../lib/cx.ts'
import type { Word } from '../lib/words.ts'
import css from './badge.module.css'
import { Glyph } from './glyph.tsx'

/** A state as colour, shape and word. `pill` for the one state that heads a page, `inline` in rows. */
export const Badge = ({ state, look = 'inline' }: { state: Word; look?: 'pill' | 'inline' }) => (
  <span className={cx(css[look], css[state.tone])}>
    <Glyph name={state.glyph} />
    {state.word}
  </span>
)
