import type { GlyphName } from '../lib/words.ts'
import css from './glyph.module.css'

const DROP = 'M8 1.2c2.9 3.4 4.9 6 4.9 8.500a4.9 4.9 0 0 1-9.8 0C3.1 7.2 5.1 4.6 8 1.200Z'
const RING = 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 1.600a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.800Z'

const PATHS: Readonly<Record<GlyphName, string>> = {
  drop: DROP,
  ring: RING,
  half: `${RING}M8 4.400v7.200a3.6 3.6 0 0 1 0-7.200Z`,
  'half-right': `${RING}M8 4.400v7.200a3.6 3.6 0 0 0 0-7.200Z`,
  bars: 'M4 2.500h2.600v11H4zM9.4 2.500H12v11H9.400z',
  bang: 'M6.7 1.500h2.600l-.4 8.200H7.100zM8 11.300a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.200Z',
  check: 'M13.4 3.3 15 4.8 6.4 13.9 1.5 9.300l1.5-1.6 3.3 3.100z',
  cross: 'M3.5 2 8 6.5 12.5 2 14 3.5 9.5 8l4.5 4.5-1.5 1.500L8 9.5 3.5 14 2 12.5 6.5 8 2 3.500z',
  arrow: 'M8.8 2.3 14.5 8l-5.7 5.7-1.5-1.500L10.4 9H1.500V7h8.900L7.3 3.800z',
  recorded: 'M3.2 4.300A6 6 0 1 1 2 8h1.600a4.4 4.4 0 1 0 1.1-2.900L6.5 7H1.700V2.200zM7.4 4.800h1.400v3l2 1.2-.7 1.2-2.7-1.600z',
  modelled: 'M1.5 9.800c1.3-4 2.6-6 4-6 2.7 0 2.9 6.4 5 6.4 1 0 2-1.4 3-4.200l1.4.5c-1.3 3.5-2.7 5.3-4.4 5.3-3.2 0-3.3-6.4-5-6.4-.6 0-1.5 1.6-2.6 4.900z',
}

/** A shape that means a state. Always beside a word, so it is hidden from assistive technology. */
export const Glyph = ({ name }: { name: GlyphName }) => (
  <svg className={css['glyph']} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} fillRule="evenodd" />
  </svg>
)
