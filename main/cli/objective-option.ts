import { Objective, ObjectivePreset, Weights } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'

const NAMES = Object.keys(Weights.shape)
const HINT = `Give one of ${ObjectivePreset.options.join(', ')}, or weights of ${NAMES.join(', ')} such as carbon=2,cost=1.`

/** `green`, or `carbon=2,cost=1`: what is not named has the weight 0. Error: `input.invalid`. */
export function parseObjective(text: string): Objective {
  const preset = ObjectivePreset.safeParse(text)
  if (preset.success) return preset.data
  const pairs = text.split(',').map((pair) => /^(\w+)=(\d+(?:\.\d+)?)$/.exec(pair.trim()))
  const named = pairs.flatMap((pair) => (pair ? [[pair[1], Number(pair[2])] as const] : []))
  const isKnown = named.length === pairs.length && named.every(([name]) => NAMES.includes(name ?? ''))
  const isUnique = new Set(named.map(([name]) => name)).size === named.length
  const weights = Weights.safeParse({ carbon: 0, cost: 0, time: 0, ...Object.fromEntries(named) })
  if (isKnown && isUnique && weights.success) return weights.data
  throw new WindfallError('input.invalid', `“${text}” is no objective. ${HINT}`)
}
