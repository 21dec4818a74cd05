/** How a node has worked so far. Pure; times are epoch milliseconds. */
import type { NodeFault } from '../../../shared/contract/node-fault.ts'

/** What is remembered of a node: the older, the less it counts. */
export interface Standing {
  /** When the counts below count in full. */
  readonly asOf: number
  readonly good: number
  readonly bad: number
  /** How often each fault was found, of the same weight as `good`. */
  readonly faults: Readonly<Partial<Record<NodeFault, number>>>
  /** Faults since the last job that was done well. */
  readonly inRow: number
  /** Jobs done well since it was let back from quarantine. */
  readonly clean: number
  /** How often it was quarantined by itself; at least once for a node that was removed out of any quarantine. */
  readonly quarantines: number
  /** Runs that were proven, ever. */
  readonly jobs: number
  readonly energyJ: number
  readonly solarJ: number
  /** How many results it may have in a day. */
  readonly quota: number
  /** What it has had on the day of `asOf`, good and bad. */
  readonly today: number
}

const DAY_MS = 86_400_000
const HALF_LIFE_MS = 30 * DAY_MS

/** A node of which nothing is known may have so many results on its first day, one more for each good one, one less for each bad one. */
export const FIRST_QUOTA = 100
/** One job a day always shows whether a node works again. */
const LEAST_QUOTA = 1
/** More than one result every second, all day long: no honest node comes there. */
export const MOST_QUOTA = 100_000

const isSameDay = (one: number, other: number): boolean => Math.floor(one / DAY_MS) === Math.floor(other / DAY_MS)

/** How many jobs done well make up for one of them. */
const WEIGHT: Readonly<Record<NodeFault, number>> = { 'forged-samples': 20, 'wrong-result': 8, 'refused-proof': 2, unanswered: 1, failed: 1, silent: 0.5 }

export const newStanding = (asOf: number): Standing => ({
  asOf,
  good: 0,
  bad: 0,
  faults: {},
  inRow: 0,
  clean: 0,
  quarantines: 0,
  jobs: 0,
  energyJ: 0,
  solarJ: 0,
  quota: FIRST_QUOTA,
  today: 0,
})

/** What is left of a count after a time: a half in thirty days. */
const keptAt = (asOf: number, now: number): number => 2 ** (Math.min(0, asOf - now) / HALF_LIFE_MS)

/** The same at a later time: all has faded. */
export function fadedTo(standing: Standing, now: number): Standing {
  const asOf = Math.max(now, standing.asOf)
  const kept = keptAt(standing.asOf, now)
  const faults = Object.fromEntries(Object.entries(standing.faults).map(([fault, count]) => [fault, count * kept]))
  return {
    ...standing,
    asOf,
    faults,
    good: standing.good * kept,
    bad: standing.bad * kept,
    energyJ: standing.energyJ * kept,
    solarJ: standing.solarJ * kept,
    today: isSameDay(asOf, standing.asOf) ? standing.today : 0,
  }
}

/** Whether it has had its results of the day (UTC) and is given nothing more until the next. Shape of BOINC's daily quota: one more for a valid result, one less for another. */
export const isAtQuota = ({ asOf, quota, today }: { readonly [Count in 'asOf' | 'quota' | 'today']: number }, now: number): boolean =>
  today >= quota && now < nextDay(asOf)

/** The UTC midnight that follows, epoch milliseconds. */
export const nextDay = (at: number): number => (Math.floor(at / DAY_MS) + 1) * DAY_MS

const counted = ({ quota, today }: Standing, change: 1 | -1): Pick<Standing, 'quota' | 'today'> => ({
  quota: Math.min(MOST_QUOTA, Math.max(LEAST_QUOTA, quota + change)),
  today: today + 1,
})

/** With one more run that was proven, and what it took, joules. */
export function withProof(standing: Standing, { energyJ, solarJ }: Pick<Standing, 'energyJ' | 'solarJ'>, now: number): Standing {
  const faded = fadedTo(standing, now)
  return {
    ...faded,
    ...counted(faded, 1),
    good: faded.good + 1,
    inRow: 0,
    clean: faded.clean + 1,
    jobs: faded.jobs + 1,
    energyJ: faded.energyJ + energyJ,
    solarJ: faded.solarJ + Math.min(solarJ, energyJ),
  }
}

export function withFault(standing: Standing, fault: NodeFault, now: number): Standing {
  const faded = fadedTo(standing, now)
  const faults = { ...faded.faults, [fault]: (faded.faults[fault] ?? 0) + 1 }
  return { ...faded, ...counted(faded, -1), faults, bad: faded.bad + WEIGHT[fault], inRow: faded.inRow + 1, clean: 0 }
}

/** The mean of a Beta distribution that knows nothing at first: 0.5 for a new node. Jøsang and Ismail, The beta reputation system, 2002. */
export const reputationOf = ({ good, bad }: Pick<Standing, 'good' | 'bad'>): number => (1 + good) / (2 + good + bad)

/** What it has faded to by now; a node that nothing was ever found of has neither count. */
export function reputationAt({ good, bad, asOf }: { readonly [Count in 'good' | 'bad' | 'asOf']: number | null }, now: number): number {
  const kept = asOf === null ? 1 : keptAt(asOf, now)
  return reputationOf({ good: (good ?? 0) * kept, bad: (bad ?? 0) * kept })
}

/** As coarse as others are told, downwards: a node whose reputation moves a little is no other node to a plan. */
export const coarseReputation = (reputation: number): number => Math.floor(reputation * 20) / 20

/** The part of its energy that came from its owner's sun, 0 to 1; 0 while it has used none. */
export const solarShareOf = ({ energyJ, solarJ }: Pick<Standing, 'energyJ' | 'solarJ'>): number => (energyJ > 0 ? solarJ / energyJ : 0)

/** `0.5 × idle + 0.5 × solar share`, 0 to 1, both shares from 0 to 1. */
export const ecoScore = (idle: number, solarShare: number): number => 0.5 * idle + 0.5 * solarShare
