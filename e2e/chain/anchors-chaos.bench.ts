/**
 * `npm run bench -- anchor-chaos [--seeds N] [--from SEED]`: the log's anchors against a hostile network and a process that keeps dying, seed by seed,
 * judged by an auditor who reads the whole log and the whole chain. Prints what went wrong as it happens, then one line of JSON. Exits with 1 if an anchor
 * was lost or doubled.
 */
import { parseArgs } from 'node:util'
import { type AnchorsResult, runAnchors } from './anchors-trial.ts'
import { seeded } from './in-process.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '200' }, from: { type: 'string', default: '1000' } } })
const [first, count] = [Number(values.from), Number(values.seeds)]
if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  console.error('Give whole numbers: --seeds 200 --from 1000')
  process.exit(2)
}

const EPOCHS = 6
const isWrong = ({ finding, anchored, onChain, notAnchored }: AnchorsResult): boolean =>
  finding !== null || anchored !== EPOCHS || onChain !== EPOCHS || notAnchored !== 0
const sums = { wrong: 0, epochs: 0, crashes: 0, attempts: 0 }
for (let seed = first; seed < first + count; seed++) {
  try {
    const result = await runAnchors({ seed, epochs: EPOCHS, isRough: true, random: seeded(seed) })
    for (const key of ['epochs', 'crashes', 'attempts'] as const) sums[key] += result[key]
    if (!isWrong(result)) continue
    console.log(`seed ${seed}: ${JSON.stringify(result)}`)
  } catch (error) {
    console.log(`seed ${seed}:`, error)
  }
  sums.wrong++
}
console.log(JSON.stringify({ seeds: count, from: first, ...sums }))
process.exitCode = sums.wrong > 0 ? 1 : 0
