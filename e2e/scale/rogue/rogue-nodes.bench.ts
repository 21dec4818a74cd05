/**
 * What nodes that cheat get away with: each strategy against the real coordinator in this process, with a made-up clock and seeded chance. Prints a
 * table and one line of JSON; exit code 1 if a strategy gets away with more than it may. `--runs N` (default 3),
 * `--only TEXT` for strategies with it in their name.
 */
import { parseArgs } from 'node:util'
import { type Measured, measure, shortfalls } from './measure.ts'
import { STRATEGIES } from './strategies.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, jobs: { type: 'string', default: '120' }, only: { type: 'string', default: '' } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) {
  console.error('--runs is a whole number from 1 on.')
  process.exit(2)
}

const percent = (part: number | null): string => (part === null ? '–' : `${Math.round(part * 100)} %`)
const HEAD = ['strategy', 'jobs', 'bad', 'did not count', 'unlikely', 'caught', 'results until', 'honest out', 'extra']
const rowOf = ({ name, jobs, bad, stopped, unlikely, caught, untilOut, wronged, extra }: Measured): string[] => [
  name,
  String(jobs),
  String(bad),
  percent(stopped),
  percent(unlikely),
  percent(caught),
  untilOut === null ? '–' : String(untilOut),
  percent(wronged),
  percent(extra),
]
const print = (row: readonly string[]): void => console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(32) : cell.padStart(14))).join(''))

console.log(`${runs} runs of each; half of the jobs are given to those who cheat first`)
print(HEAD)
const measured: Measured[] = []
const missed: string[] = []
for (const strategy of STRATEGIES.filter(({ name }) => name.includes(values.only))) {
  const found = await measure(strategy, { runs, jobs: strategy.jobs })
  measured.push(found)
  missed.push(...shortfalls(strategy, found))
  print(rowOf(found))
}
for (const line of missed) console.error(line)
console.log(JSON.stringify({ bench: 'rogue-nodes', runs, strategies: measured, ok: missed.length === 0 }))
if (missed.length > 0) process.exitCode = 1
