import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describe as explain, shrink } from './core/explain.ts'
import { MUTANTS, type MutantName } from './core/faults-on-purpose.ts'
import { optionsOf } from './core/options.ts'
import { RULES } from './core/rules.ts'
import { simulate } from './core/simulate.ts'

const SEEDS = 1_000

test(`nothing happens that must not in ${SEEDS} runs`, () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const outcome = simulate(optionsOf(seed))
    if (outcome.failure) throw new Error(explain(shrink(outcome, RULES), null))
  }
})

test.each([
  [5_002_488, 'a coordinator whose clock is set back while it sleeps refuses no honest proof'],
  [7_001_927, 'a job that begins and is given up in the same moment ends'],
  [7_003_193, 'a long job that nobody begins, and that fails once begun, is done in the end'],
])('seed %i: %s', (seed) => {
  expect(simulate(optionsOf(seed)).failure).toBeNull()
})

test.each(Object.keys(MUTANTS) as MutantName[])('the mistake “%s” is found within as many seeds as is said of it', (name) => {
  const { rules, within } = MUTANTS[name]
  const isFound = Array.from({ length: within }, (_, index) => index + 1).some((seed) => simulate(optionsOf(seed), { rules }).failure !== null)
  expect(isFound).toBe(true)
})

const hashes = (seeds: readonly number[]) => seeds.map((seed) => simulate(optionsOf(seed)).hash)

test('the same seed does the same again, in this process and in another one; another seed does something else', () => {
  const seeds = [3, 4, 5]
  const here = hashes(seeds)
  expect(hashes(seeds)).toEqual(here)
  expect(new Set(here).size).toBe(seeds.length)
  const core = join(import.meta.dirname, 'core')
  const program = `import { simulate } from '${core}/simulate.ts'; import { optionsOf } from '${core}/options.ts'
    console.log(JSON.stringify([${seeds.join(', ')}].map((seed) => simulate(optionsOf(seed)).hash)))`
  expect(JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }))).toEqual(here)
})

test('a failure is told in its smallest form, with how to see it again, and there it fails in the same way', () => {
  const { rules } = MUTANTS['fencing-off']
  const failed = optionsOf(5)
  const least = shrink(simulate(failed, { rules }), rules)
  expect(least.failure?.invariant).toBe('fenced-writer')
  expect(least.options.jobs + least.options.agents).toBeLessThan(failed.jobs + failed.agents)
  expect(explain(least, 'fencing-off')).toMatch(/seed 5 breaks “fenced-writer” at step \d+[^]*Again: npm run sim -- --seeds 1 --from 5 .*--fault fencing-off/)
})

test('a run waits for nothing, draws only from its seed, and takes its time from nowhere else', () => {
  const files = globSync(join(import.meta.dirname, 'core', '*.ts'))
  expect(files.length).toBeGreaterThan(20)
  const forbidden =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b|\bawait\b|\bPromise\b|\bqueueMicrotask\b|\bprocess\.[a-z]/
  const found = files.flatMap((file) => (forbidden.exec(readFileSync(file, 'utf8')) ? [file] : []))
  expect(found).toEqual([])
})
