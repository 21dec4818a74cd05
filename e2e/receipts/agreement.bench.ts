/**
 * Our verifier and the second one on receipts that hold and on mutants of them. Options: `--receipts N`, `--mutants N`, and `--keep DIR` for
 * the files on which they disagree.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Agreement, compareVerdicts, missingPython, mutants, receipts } from './agreement.ts'
import type { Question } from './verdicts.ts'

const { values } = parseArgs({
  options: { receipts: { type: 'string', default: '1000' }, mutants: { type: 'string', default: '10000' }, keep: { type: 'string' } },
})
const [receiptCount, mutantCount] = [Number(values.receipts), Number(values.mutants)]

const missing = missingPython()
if (missing) {
  console.error(`The second verifier cannot run here: ${missing}.`)
  process.exit(2)
}

const PART = 500
const parts = (count: number): [number, number][] =>
  Array.from({ length: Math.ceil(count / PART) }, (_, index) => [index * PART, Math.min(count, (index + 1) * PART)])

/** Both verifiers over all files, some at a time. */
async function run(count: number, make: (from: number, to: number) => Question[]): Promise<Agreement> {
  const left = parts(count)
  const done: Agreement[] = []
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) done.push(await compareVerdicts(make(...next)))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const verdicts = new Map<string, number>()
  for (const [verdict, times] of done.flatMap((part) => [...part.verdicts])) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + times)
  return { verdicts, disagreements: done.flatMap(({ disagreements }) => disagreements), names: new Set(done.flatMap(({ names }) => [...names])) }
}

function report(what: string, { verdicts, disagreements, names }: Agreement): void {
  const agreed = [...verdicts.values()].reduce((sum, times) => sum + times, 0)
  console.log(`${what}: ${agreed} verdicts agree, ${disagreements.length} do not; ${names.size} kinds.`)
  for (const [verdict, times] of [...verdicts].toSorted(([, a], [, b]) => b - a)) console.log(`  ${String(times).padStart(6)}  ${verdict}`)
  for (const { name, ours, second } of disagreements.slice(0, 20)) console.log(`  ${name}: ${ours}, the second says ${second}`)
}

function keep({ disagreements }: Agreement, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [index, { ours, second, bytes }] of disagreements.entries()) writeFileSync(join(folder, `${index}-${ours}-${second}.wfreceipt`), bytes)
}

const started = performance.now()
const valid = await run(receiptCount, receipts)
report('Receipts', valid)
const changed = await run(mutantCount, (from, to) => mutants(from, to, Math.max(1, receiptCount)))
report('Mutants', changed)
console.log(`In ${((performance.now() - started) / 1_000).toFixed(0)} s.`)
if (values.keep) for (const agreement of [valid, changed]) keep(agreement, values.keep)
const holds = valid.verdicts.get('valid') === receiptCount && valid.disagreements.length + changed.disagreements.length === 0
process.exitCode = holds ? 0 : 1
