import { encodeQR } from 'qr'
import css from './qr-code.module.css'

/** Light cells around the code that scanners need (ISO/IEC 18004 §6.3.8). */
const QUIET = 4

/** A text for the camera of a phone. Always dark on light, whatever the colours of the window: not every scanner reads the opposite. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const cells = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
  const dark = cells.flatMap((row, y) => row.flatMap((on, x) => (on ? `M${x} ${y}h1v1h-1z` : [])))
  return (
    <svg className={css['qr']} viewBox={`0 0 ${cells.length} ${cells.length}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect className={css['light']} width={cells.length} height={cells.length} />
      <path className={css['dark']} d={dark.join('')} />
    </svg>
  )
}
