/** What lies between machines: it loses, delays, repeats and reorders, and is cut in one direction or both. */
import type { Agenda } from './agenda.ts'
import type { Machine } from './machine.ts'
import type { Random } from './random.ts'

export interface Network {
  readonly send: (from: string, to: Machine, deliver: () => void) => void
  /** Nothing gets from one to the other until it is healed; the way back is another one. */
  readonly cut: (from: string, to: string) => void
  readonly heal: (from: string, to: string) => void
  readonly healAll: () => void
  readonly isCut: (from: string, to: string) => boolean
}

interface Weather {
  readonly loss: number
  readonly repeat: number
  /** Milliseconds; most take far less, and one in fifty up to ten times as long. */
  readonly delayMs: number
}

export function createNetwork(agenda: Agenda, random: Random, { weather, count }: { weather: Weather; count: (fault: string) => void }): Network {
  const cuts = new Set<string>()
  let isCalm = false
  const delay = (): number => {
    const isSlow = !isCalm && random.chance(0.02)
    return 1 + random.next() * weather.delayMs * (isSlow ? 10 : 1)
  }
  const arrive = (way: string, to: Machine, deliver: () => void): void => {
    agenda.after(delay(), () => !cuts.has(way) && to.receive(deliver))
  }
  return {
    send(from, to, deliver) {
      const way = `${from}>${to.name}`
      if (!isCalm && random.chance(weather.loss)) return count('lost')
      arrive(way, to, deliver)
      if (isCalm || !random.chance(weather.repeat)) return
      count('repeated')
      arrive(way, to, deliver)
    },
    cut: (from, to) => void cuts.add(`${from}>${to}`),
    heal: (from, to) => void cuts.delete(`${from}>${to}`),
    healAll() {
      cuts.clear()
      isCalm = true
    },
    isCut: (from, to) => cuts.has(`${from}>${to}`),
  }
}
