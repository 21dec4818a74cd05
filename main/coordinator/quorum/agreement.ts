/** Which of several results of one job are right, by how many agree. Pure. */

/** What becomes of each result, in their order. `near`: it agrees with some of those that are right and not with all, so it is neither. */
type Verdict = 'agrees' | 'near' | 'differs'

export type Agreement =
  | {
      readonly is: 'agreed' /** The place of the one that counts: the first of those that agree. */
      readonly canonical: number
      readonly verdicts: readonly Verdict[]
    }
  | { readonly is: 'open' /** The largest number that agree with each other so far. */; readonly agree: number }
  | { readonly is: 'undecided'; readonly agree: number }

export interface Question {
  readonly results: number
  /** Whether the results in these two places say the same; asked once for each pair, the lower place first. */
  readonly areAlike: (a: number, b: number) => boolean
  readonly needed: number
  readonly atMost: number
}

type Alike = (a: number, b: number) => boolean

/** The first group of so many, in order of place, each of which is like each other one. */
function groupOf(size: number, { results, alike }: { readonly results: number; readonly alike: Alike }): readonly number[] | null {
  const extend = (group: readonly number[], from: number): readonly number[] | null => {
    if (group.length === size) return group
    for (let next = from; next < results; next += 1) {
      const found = group.every((one) => alike(one, next)) ? extend([...group, next], next + 1) : null
      if (found) return found
    }
    return null
  }
  return extend([], 0)
}

function remembered(areAlike: Alike): Alike {
  const known = new Map<string, boolean>()
  return (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a]
    const key = `${low} ${high}`
    const answer = known.get(key) ?? areAlike(low, high)
    known.set(key, answer)
    return answer
  }
}

/**
 * Agreed as soon as `needed` results are there of which each agrees with each other one: with a tolerance, being alike does not carry over from one to the
 * next. Exactly so many are right, so that exactly so many are paid. Undecided with `atMost` results and no such group. At most 10 results.
 */
export function agreementOf({ results, areAlike, needed, atMost }: Question): Agreement {
  const alike = remembered(areAlike)
  const group = groupOf(needed, { results, alike })
  if (group) {
    const verdicts = Array.from({ length: results }, (_, place): Verdict => {
      if (group.includes(place)) return 'agrees'
      return group.some((one) => alike(one, place)) ? 'near' : 'differs'
    })
    return { is: 'agreed', canonical: group[0] ?? 0, verdicts }
  }
  let agree = Math.min(needed, results)
  while (agree > 0 && !groupOf(agree, { results, alike })) agree -= 1
  return { is: results >= atMost ? 'undecided' : 'open', agree }
}
