/** Uniform in [0, 1), always the same for the same words: what goes wrong does not depend on who asks first, or how often. */
export function chance(...words: readonly (string | number)[]): number {
  let state = 0x811c9dc5
  for (const char of words.join(' ')) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
}

/** One of several things that may happen, each with its own probability; `null` where none does. */
export function happening<T extends string>(odds: Readonly<Record<T, number>>, roll: number): T | null {
  let reached = 0
  for (const [name, probability] of Object.entries(odds) as [T, number][]) {
    reached += probability
    if (roll < reached) return name
  }
  return null
}
