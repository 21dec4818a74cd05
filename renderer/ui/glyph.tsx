import type { GlyphName } from '../lib/words.ts'
import css from './glyph.module.css'

const DROP = 'M8 1.2c2.9 3.4 4.9 6 4.9 8.5a4.9 4.9 0 0 1-9.8 0C3.1 7.2 5.1 4.6 8 1.2Z'
const RING = 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 1.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8Z'

const PATHS: Readonly<Record<GlyphName, string>> = {
  drop: DROP,
  ring: RING,
  half: `${RING}M8 4.4v7.2a3.6 3.6 0 0 1 0-7.2Z`,
  'half-right': `${RING}M8 4.4v7.2a3.6 3.6 0 0 0 0-7.2Z`,
  bars: 'M4 2.5h2.6v11H4zM9.4 2.5H12v11H9.4z',
  bang: 'M6.7 1.5h2.6l-.4 8.2H7.1zM8 11.3a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2Z',
  check: 'M13.4 3.3 15 4.8 6.4 13.9 1.5 9.3l1.5-1.6 3.3 3.1z',
  cross: 'M3.5 2 8 6.5 12.5 2 14 3.5 9.5 8l4.5 4.5-1.5 1.5L8 9.5 3.5 14 2 12.5 6.5 8 2 3.5z',
  arrow: 'M8.8 2.3 14.5 8l-5.7 5.7-1.5-1.5L10.4 9H1.5V7h8.9L7.3 3.8z',
  'arrow-back': 'M7.2 2.3 1.5 8l5.7 5.7 1.5-1.5L5.6 9h8.9V7H5.6l3.1-3.2z',
  recorded: 'M3.2 4.3A6 6 0 1 1 2 8h1.6a4.4 4.4 0 1 0 1.1-2.9L6.5 7H1.7V2.2zM7.4 4.8h1.4v3l2 1.2-.7 1.2-2.7-1.6z',
  moon: 'M6.2 1.6a6.6 6.6 0 1 0 8.2 8.2A5.6 5.6 0 0 1 6.2 1.6Z',
  modelled: 'M1.5 9.8c1.3-4 2.6-6 4-6 2.7 0 2.9 6.4 5 6.4 1 0 2-1.4 3-4.2l1.4.5c-1.3 3.5-2.7 5.3-4.4 5.3-3.2 0-3.3-6.4-5-6.4-.6 0-1.5 1.6-2.6 4.9z',
}

/** A shape that means a state. Always beside a word, so it is hidden from assistive technology. */
export const Glyph = ({ name }: { name: GlyphName }) => (
  <svg className={css['glyph']} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} fillRule="evenodd" />
  </svg>
)
