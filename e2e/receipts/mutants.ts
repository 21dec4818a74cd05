/** Files that are not what was issued: every field, every class of bytes, every signature. */
import { editBytes } from './byte-edits.ts'
import { createDice, type Dice } from './dice.ts'
import { editAt, fieldOf, type Path, placesIn } from './json-edits.ts'
import { pickOddity } from './oddities.ts'
import { type Plan, planReceipt } from './plan.ts'
import { type Changes, type Part, type SealedBundle, sealPlan } from './seal.ts'
import { editStructure, FORGERIES } from './structure-edits.ts'
import type { Question } from './verdicts.ts'

export const toFile = (bundle: SealedBundle): Buffer => Buffer.from(JSON.stringify(bundle))

/** Both keys of the coordinator, none, one, or the wrong ones. */
function pinsFor({ receiptKey, logKey, nodeKeys }: Plan, dice: Dice): string[] {
  const [receipt, log, node] = [receiptKey.keyId, logKey.keyId, nodeKeys[0]?.keyId ?? '']
  const right = [[receipt, log], [receipt, log], [receipt, log], [receipt], []]
  return dice.maybe(0.9) ? dice.pick(right) : dice.pick([[log], [receipt, node], [node]])
}

export function receiptQuestion(seed: string): Question {
  const plan = planReceipt(seed)
  return { name: plan.style, bytes: toFile(sealPlan(plan)), pins: [plan.receiptKey.keyId, plan.logKey.keyId] }
}

interface Mutant {
  readonly name: string
  readonly bytes: Buffer
}

interface Turn {
  readonly plan: Plan
  readonly dice: Dice
  /** Counts up, so that each place has its turn. */
  readonly turn: number
}

const inTurn = <T>(list: readonly T[], turn: number): T => {
  const found = list[turn % list.length]
  if (found === undefined) throw new RangeError('there is nothing to take a turn with')
  return found
}

const changeOf = (wanted: Part, change: (body: Buffer) => Buffer, stale: boolean): Changes => ({
  body: (part, body) => (part === wanted ? change(body) : body),
  stale,
})

/** The same field of several rows or devices counts once; which of them it is, is left to chance. */
function placeIn(value: unknown, { turn, dice }: Turn): Path {
  const byField = Map.groupBy(placesIn(value), fieldOf)
  return dice.pick(inTurn([...byField.values()], turn))
}

const fileBytes = ({ plan, dice }: Turn): Mutant => {
  const { name, bytes } = editBytes(toFile(sealPlan(plan)), dice)
  return { name: `file: ${name}`, bytes }
}

const fileField = (turn: Turn): Mutant => {
  const bundle = sealPlan(turn.plan)
  const path = placeIn(bundle, turn)
  return { name: `file: ${fieldOf(path)}`, bytes: Buffer.from(editAt(bundle, path, turn.dice)) }
}

const partsOf = ({ proofs, nodeKeys }: Plan): Part[] => [
  'receipt',
  ...proofs.map((_, index) => `proof ${index}`),
  'head',
  ...nodeKeys.slice(1).map((_, index) => `rotation ${index}`),
]

const kindOf = (part: Part): string => part.replace(/ \d+$/, '')

/** A field of a body that is then signed by who should sign it; everything that follows from it follows. */
const bodyField = (turn: Turn): Mutant => {
  const { plan, dice } = turn
  const part = dice.pick(['receipt', 'proof 0', ...partsOf(plan)])
  let field = ''
  const change = (body: Buffer): Buffer => {
    const value: unknown = JSON.parse(body.toString())
    const path = placeIn(value, turn)
    field = fieldOf(path)
    return Buffer.from(editAt(value, path, dice))
  }
  const bytes = toFile(sealPlan(plan, changeOf(part, change, dice.maybe(0.1))))
  return { name: `${kindOf(part)}: ${field}`, bytes }
}

const bodyBytes = ({ plan, dice }: Turn): Mutant => {
  const part = dice.pick(partsOf(plan))
  let done = ''
  const change = (body: Buffer): Buffer => {
    const { name, bytes } = editBytes(body, dice)
    done = name
    return bytes
  }
  const bytes = toFile(sealPlan(plan, changeOf(part, change, dice.maybe(0.1))))
  return { name: `${kindOf(part)}: ${done}`, bytes }
}

const structure = ({ plan, dice }: Turn): Mutant => {
  const bundle = sealPlan(plan)
  return { name: editStructure(bundle, dice), bytes: toFile(bundle) }
}

const forgery = ({ plan, dice }: Turn): Mutant => {
  const name = dice.pick(Object.keys(FORGERIES))
  const [forged, changes] = FORGERIES[name]?.(plan, dice) ?? [plan]
  return { name, bytes: toFile(sealPlan(forged, changes)) }
}

const oddProofs = ({ plan, dice }: Turn): Mutant => {
  const { name, oddity } = pickOddity(dice)
  return { name: `a node with ${name}`, bytes: toFile(sealPlan(planReceipt(plan.seed, oddity))) }
}

const KINDS = [fileBytes, fileField, fileField, bodyField, bodyField, bodyField, bodyField, bodyBytes, structure, forgery, oddProofs, oddProofs] as const

/** The mutant of this number, made of one of `receipts` different receipts. */
export function mutantQuestion(number: number, receipts: number): Question {
  const dice = createDice(`mutant ${number}`)
  const plan = planReceipt(`receipt ${number % receipts}`)
  const turn = Math.floor(number / KINDS.length)
  const { name, bytes } = inTurn(KINDS, number)({ plan, dice, turn })
  return { name, bytes, pins: pinsFor(plan, dice) }
}
