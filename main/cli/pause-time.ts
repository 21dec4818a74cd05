import { parseWhen } from './command.ts'

/**
 * When a pause ends, epoch ms: `30m`, `2h`, a UTC time, or `until 18:00` for the next time this machine's clock shows that.
 * `null` without words: until the owner resumes. Error: `input.invalid`.
 */
export function parsePause(words: readonly string[], now: number): number | null {
  const text = (words[0] === 'until' ? words.slice(1) : words).join(' ')
  if (words.length === 0) return null
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  return clock ? nextTimeOfDay(Number(clock[1]), Number(clock[2]), now) : parseWhen(text, now)
}

/** Calendar arithmetic, because a day on which the clocks change has not 24 hours. */
function nextTimeOfDay(hours: number, minutes: number, now: number): number {
  const at = new Date(now)
  at.setHours(hours, minutes, 0, 0)
  if (at.getTime() <= now) {
    at.setDate(at.getDate() + 1)
    at.setHours(hours, minutes, 0, 0)
  }
  return at.getTime()
}
