/** What happened, in words for people and as one number: two runs with the same hash did the same, event by event. */
export interface Trace {
  readonly note: (what: string, ...about: readonly (string | number)[]) => void
  readonly hash: () => string
  readonly events: () => number
  /** The last ones, oldest first; all that are about one of `names`, or all if none is given. */
  readonly last: (count: number, names?: readonly string[]) => readonly string[]
}

const KEPT = 20_000

type Noted = readonly [at: number, what: string, about: readonly (string | number)[]]

/** FNV-1a in two lanes, 64 bit together. `keeps`: whether to remember the words, too. */
export function createTrace(now: () => number, keeps: boolean): Trace {
  let [high, low, count] = [0x811c9dc5, 0x050c5d1f, 0]
  const kept: Noted[] = []
  const mix = (value: number): void => {
    low = Math.imul(low ^ value, 0x01000193)
    high = Math.imul(high ^ value ^ (low >>> 13), 0x01000197)
  }
  const mixText = (text: string): void => {
    for (let index = 0; index < text.length; index += 1) mix(text.charCodeAt(index))
  }
  return {
    note(what, ...about) {
      count += 1
      const at = now()
      mix(Math.floor(at * 16) | 0)
      mixText(what)
      for (const one of about)
        if (typeof one === 'number') mix(Math.floor(one * 16) | 0)
        else mixText(one)
      if (!keeps) return
      kept.push([at, what, about])
      if (kept.length > 2 * KEPT) kept.splice(0, KEPT)
    },
    hash: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
    events: () => count,
    last(most, names = []) {
      const isAbout = ([, , about]: Noted): boolean => names.length === 0 || about.some((one) => names.includes(String(one)))
      return kept.filter(isAbout).slice(-most).map(inWords)
    },
  }
}

const inWords = ([at, what, about]: Noted): string => `${(at / 1_000).toFixed(3).padStart(10)} s  ${what} ${about.join(' ')}`.trimEnd()
