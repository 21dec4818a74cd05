import type { Clock } from '../../kernel/clock.ts'

export interface GuessLimitRule {
  readonly windowMs: number
  /** Wrong codes of one node. */
  readonly perNode: number
  /** Wrong codes of all nodes: whoever guesses can enrol as many as they like. */
  readonly inAll: number
}

/** 1,000 guesses at 40 bits: with a hundred open codes, one in ten million finds one. */
export const GUESSES: GuessLimitRule = { windowMs: 600_000, perNode: 5, inAll: 1_000 }

export interface GuessLimit {
  /** Takes a guess before it is looked at, so that guesses made at once count too. Returns 0, or the seconds after which the node may guess again. */
  readonly take: (nodeId: string) => number
  /** It was no guess: the code was right. */
  readonly giveBack: (nodeId: string) => void
}

/** Counts wrong codes in a sliding window. */
export function createGuessLimit(clock: Pick<Clock, 'monotonic'>, { windowMs, perNode, inAll }: GuessLimitRule = GUESSES): GuessLimit {
  let taken: { readonly nodeId: string; readonly at: number }[] = []
  const waitFor = (guess: { readonly at: number } | undefined): number =>
    guess ? Math.max(1, Math.ceil((guess.at + windowMs - clock.monotonic()) / 1_000)) : 0
  return {
    take(nodeId) {
      const now = clock.monotonic()
      taken = taken.filter(({ at }) => now - at < windowMs)
      const own = taken.filter((guess) => guess.nodeId === nodeId)
      const wait = Math.max(own.length < perNode ? 0 : waitFor(own[0]), taken.length < inAll ? 0 : waitFor(taken[0]))
      if (wait === 0) taken.push({ nodeId, at: now })
      return wait
    },
    giveBack(nodeId) {
      const index = taken.findLastIndex((guess) => guess.nodeId === nodeId)
      if (index !== -1) taken.splice(index, 1)
    },
  }
}
