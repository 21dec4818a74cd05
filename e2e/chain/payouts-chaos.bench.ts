/**
 * `npm run bench -- payout-chaos [--seeds N] [--from SEED]`: payouts against a hostile network and a process that keeps dying, seed by seed. Prints
 * what went wrong as it happens, then one line of JSON. Exits with 1 if anybody was paid twice or not at all.
 */
import { parseArgs } from 'node:util'
import { type TrialResult, runTrial } from './chaos-trial.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1000' } } })
const [first, count] = [Number(values.from), Number(values.seeds)]
if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  console.error('Give whole numbers: --seeds 1000 --from 1000')
  process.exit(2)
}

const isWrong = ({ paidTwice, unpaid, wrongAnchors, booksAgree }: TrialResult): boolean => paidTwice + unpaid + wrongAnchors > 0 || !booksAgree
const results: TrialResult[] = []
let wrong = 0
for (let seed = first; seed < first + count; seed++) {
  try {
    const result = await runTrial(seed)
    results.push(result)
    if (!isWrong(result)) continue
    console.log(`seed ${seed}: ${JSON.stringify(result)}`)
  } catch (error) {
    console.log(`seed ${seed}:`, error)
  }
  wrong++
}
const sum = (key: 'recipients' | 'paidTwice' | 'unpaid' | 'crashes' | 'sends' | 'attempts' | 'batches'): number =>
  results.reduce((total, result) => total + result[key], 0)
const sums = Object.fromEntries((['recipients', 'paidTwice', 'unpaid', 'crashes', 'sends', 'attempts', 'batches'] as const).map((key) => [key, sum(key)]))
console.log(JSON.stringify({ seeds: count, from: first, wrong, ...sums }))
process.exitCode = wrong > 0 ? 1 : 0
