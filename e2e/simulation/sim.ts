/** `npm run sim`: lets coordinators, agents and a chain go through bad days, one for each seed, and says whether anything happened that must not. */
import { parseArgs } from 'node:util'
import { describe, repeat, shrink } from './core/explain.ts'
import { MUTANTS, type MutantName } from './core/faults-on-purpose.ts'
import { type Options, TROUBLES, type Trouble, optionsOf } from './core/options.ts'
import { RULES } from './core/rules.ts'
import { type Outcome, simulate } from './core/simulate.ts'

const HELP = `npm run sim -- [--seeds 1000] [--from 1] [--fault NAME] [--json]

Simulates coordinators, agents, a database, a chain and the network between them, each seed another run. The same seed does the same everywhere.
  --seeds N       how many seeds (1000)
  --from S        the first one (1)
  --fault NAME    puts a mistake into the rules, to see that it is found:
${Object.entries(MUTANTS)
  .map(([name, { what }]) => `                    ${name}: ${what}`)
  .join('\n')}
  --agents N, --jobs N, --replicas N, --storm MS
                  instead of what the seed draws
  --without A,B   leaves out what goes wrong otherwise: ${TROUBLES.join(', ')}
  --json          one JSON object on stdout
Ends with 0 if nothing was found, 1 if something was, 2 for a command line that cannot be read.
`

interface Asked {
  readonly seeds: number
  readonly from: number
  readonly fault: MutantName | null
  readonly json: boolean
  readonly help: boolean
  readonly given: Partial<Omit<Options, 'seed'>>
}

const whole = (text: string, least: number): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`${text} is not a whole number of at least ${least}`)
  return value
}

const isMutant = (name: string): name is MutantName => Object.hasOwn(MUTANTS, name)
const isTrouble = (name: string): name is Trouble => (TROUBLES as readonly string[]).includes(name)

const oneOf = <T extends string>(name: string, is: (name: string) => name is T): T => {
  if (!is(name)) throw new Error(`there is no ${name}`)
  return name
}

function read(): Asked {
  const text = { type: 'string' } as const
  const numbers = { seeds: { ...text, default: '1000' }, from: { ...text, default: '1' }, agents: text, jobs: text, replicas: text, storm: text }
  const { values } = parseArgs({ options: { ...numbers, fault: text, without: text, json: { type: 'boolean' }, help: { type: 'boolean' } } })
  const { agents, jobs, replicas, storm, without, fault } = values
  return {
    seeds: whole(values.seeds, 1),
    from: whole(values.from, 0),
    fault: fault === undefined ? null : oneOf(fault, isMutant),
    json: values.json ?? false,
    help: values.help ?? false,
    given: {
      ...(agents === undefined ? {} : { agents: whole(agents, 1) }),
      ...(jobs === undefined ? {} : { jobs: whole(jobs, 1) }),
      ...(replicas === undefined ? {} : { replicas: whole(replicas, 1) }),
      ...(storm === undefined ? {} : { stormMs: whole(storm, 1) }),
      ...(without === undefined ? {} : { without: new Set(without.split(',').map((name) => oneOf(name, isTrouble))) }),
    },
  }
}

function run({ seeds, from, fault, json, given }: Asked): void {
  const rules = fault === null ? RULES : MUTANTS[fault].rules
  const began = performance.now()
  const faults = new Map<string, number>()
  let [done, steps, virtualMs] = [0, 0, 0]
  let failed: Outcome | null = null
  for (let seed = from; seed < from + seeds && !failed; seed += 1) {
    const outcome = simulate(optionsOf(seed, given), { rules })
    done += 1
    steps += outcome.steps
    virtualMs += outcome.virtualMs
    for (const [kind, times] of outcome.faults) faults.set(kind, (faults.get(kind) ?? 0) + times)
    if (outcome.failure) failed = outcome
    if (done % 1_000 === 0) process.stderr.write(`${done} of ${seeds} seeds, ${steps} steps\n`)
  }
  const seconds = (performance.now() - began) / 1_000
  const least = failed && shrink(failed, rules)
  const figures = {
    seeds: done,
    from,
    steps,
    stepsPerSecond: Math.round(steps / seconds),
    virtualHours: Math.round(virtualMs / 3_600_000),
    faults: Object.fromEntries(faults),
  }
  if (json) {
    const failure = least?.failure && {
      seed: least.options.seed,
      invariant: least.failure.invariant,
      message: least.failure.message,
      repeat: repeat(least.options),
    }
    process.stdout.write(`${JSON.stringify({ ...figures, seconds: Math.round(seconds), failure: failure ?? null })}\n`)
  } else {
    const kinds = [...faults].map(([kind, times]) => `${times} ${kind}`).join(', ')
    process.stdout.write(
      `${done} seeds, ${steps} steps, ${figures.virtualHours} hours of theirs in ${seconds.toFixed(1)} s (${figures.stepsPerSecond} steps/s)\n${kinds}\n`,
    )
    process.stdout.write(least ? `${describe(least, fault)}\n` : 'Nothing happened that must not.\n')
  }
  process.exitCode = failed ? 1 : 0
}

try {
  const asked = read()
  if (asked.help) process.stdout.write(HELP)
  else run(asked)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  process.exitCode = 2
}
