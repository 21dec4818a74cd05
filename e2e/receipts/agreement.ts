/** Whether the verifier we ship and the second one, which was written from the public page alone, say the same of each file. */
import { spawnSync } from 'node:child_process'
import { mutantQuestion, receiptQuestion } from './mutants.ts'
import { ourVerdict, type Question, secondVerdicts } from './verdicts.ts'

interface Disagreement {
  readonly name: string
  readonly ours: string
  readonly second: string
  readonly bytes: Uint8Array
}

export interface Agreement {
  readonly disagreements: readonly Disagreement[]
  /** How often each verdict was given by both. */
  readonly verdicts: ReadonlyMap<string, number>
  /** What was changed, whatever came of it. */
  readonly names: ReadonlySet<string>
}

/** Why the second verifier cannot run here; `null` if it can. */
export function missingPython(): string | null {
  const { status, error } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
  return status === 0 ? null : error ? 'there is no python3' : 'python3 is older than 3.9'
}

/** Asks both, the second one in a process of its own. */
export async function compareVerdicts(questions: readonly Question[]): Promise<Agreement> {
  const asked = secondVerdicts(questions)
  const ours: string[] = []
  for (const question of questions) ours.push(await ourVerdict(question))
  const second = await asked
  const verdicts = new Map<string, number>()
  const disagreements: Disagreement[] = []
  for (const [index, { name, bytes }] of questions.entries()) {
    const [mine = '', theirs = ''] = [ours[index], second[index]]
    if (mine === theirs) verdicts.set(mine, (verdicts.get(mine) ?? 0) + 1)
    else disagreements.push({ name, ours: mine, second: theirs, bytes })
  }
  return { disagreements, verdicts, names: new Set(questions.map(({ name }) => name)) }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** Receipts that hold. */
export const receipts = (from: number, to: number): Question[] => range(from, to).map((number) => receiptQuestion(`receipt ${number}`))

/** Mutants, each of one of the first `of` receipts. */
export const mutants = (from: number, to: number, of: number): Question[] => range(from, to).map((number) => mutantQuestion(number, of))
