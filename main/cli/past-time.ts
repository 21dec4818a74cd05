import { toIso } from '../../shared/units.ts'
import { systemClock } from '../kernel/clock.ts'
import { parseWhen } from './command.ts'

/** `2d` is two days ago; a UTC time is itself. Error: `input.invalid`. */
export function pastTime(text: string): string {
  const now = systemClock.now()
  const at = parseWhen(text, now)
  return toIso(text.endsWith('Z') ? at : 2 * now - at)
}
