/**
 * `npm test`: every check in the order that fails fastest, one summary at the end.
 * Options: `--fast` runs what needs neither a browser nor a container engine (`npm run check`);
 * `--require-all` fails instead of skipping where something is missing.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { missingPostgres } from '../../main/coordinator/persistence/postgres-binaries.fixture.ts'
import { type Outcome, failedLine, outcomeOf } from './test-reports.ts'
import { REPORTS, STAGES, type Stage } from './test-stages.ts'

/** Where tests note what this machine lacks; see `main/kernel/requirement.fixture.ts`. */
const SKIPPED = join(REPORTS, 'skipped.txt')

/** Resolves to `null` if an engine answers, or to the reason why none does. */
function missingDocker(): Promise<string | null> {
  const path = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock'
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(null)
    })
    socket.on('error', (error) => resolve(`no Docker engine answers at ${path} (${(error as NodeJS.ErrnoException).code ?? error.message})`))
  })
}

/** Resolves to `null` after a good end, or to how the tool ended. What a stage beside another one says goes to `say`. */
function execute({ command: [file = '', ...args], env, beside }: Stage, say: (text: Buffer) => void): Promise<string | null> {
  const name = [file, ...args.filter((argument) => !/^(?:--|\d+$)/.test(argument))].join(' ')
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: beside ? ['ignore', 'pipe', 'pipe'] : 'inherit', env: { ...process.env, ...env } })
    child.stdout?.on('data', say)
    child.stderr?.on('data', say)
    child.on('error', (error) => resolve(`${name} does not start (${error.message})`))
    child.on('close', (code, signal) => resolve(code === 0 ? null : `${name} ended ${code === null ? `on ${String(signal)}` : `with code ${code}`}`))
  })
}

interface Ran {
  readonly stage: Stage
  readonly outcome: Outcome
  readonly seconds: number
  /** What it said and nobody has seen yet. */
  readonly said: readonly Buffer[]
}

async function runStage(stage: Stage): Promise<Ran> {
  if (!stage.beside) process.stdout.write(`\n── ${stage.name}\n`)
  const said: Buffer[] = []
  const started = performance.now()
  const error = await execute(stage, (text) => void said.push(text))
  const report = stage.report && existsSync(stage.report.file) ? { report: readFileSync(stage.report.file, 'utf8') } : {}
  const outcome = outcomeOf({ error, ...report }, stage.report?.read)
  return { stage, outcome, said, seconds: (performance.now() - started) / 1_000 }
}

function tell({ stage, outcome, said, seconds }: Ran): void {
  if (stage.beside) process.stdout.write(Buffer.concat([Buffer.from(`\n── ${stage.name}, beside the stage above\n`), ...said]))
  process.stdout.write(`── ${stage.name}: ${outcome.passed} passed, ${outcome.failures.length} failed in ${seconds.toFixed(1)} s\n`)
}

/** Stages in the order given; those that run beside another one are in a group with it. */
const groupsOf = (stages: readonly Stage[]): readonly (readonly Stage[])[] =>
  stages.reduce<Stage[][]>((groups, stage) => {
    const last = stage.beside ? groups.at(-1) : undefined
    if (last) last.push(stage)
    else groups.push([stage])
    return groups
  }, [])

function notedSkips(): string[] {
  const noted = existsSync(SKIPPED) ? readFileSync(SKIPPED, 'utf8').split('\n') : []
  return [...new Set(noted)].filter((line) => line !== '')
}

async function main(flags: ReadonlySet<string>): Promise<void> {
  rmSync(REPORTS, { recursive: true, force: true })
  mkdirSync(REPORTS, { recursive: true })
  process.env['WINDFALL_SKIPPED'] = SKIPPED
  if (flags.has('--require-all')) process.env['WINDFALL_REQUIRE_ALL'] = '1'
  const dockerMissing = await missingDocker()
  const postgresMissing = missingPostgres()
  const skipped: string[] = []
  const failed: string[] = []
  let passed = 0
  const runnable = STAGES.filter((stage) => {
    if (flags.has('--fast') && !stage.fast) return false
    const missing = (stage.docker ? dockerMissing : null) ?? (stage.postgres ? postgresMissing : null)
    if (!missing || flags.has('--require-all')) return true
    skipped.push(`${stage.name}: ${missing}`)
    return false
  })
  for (const group of groupsOf(runnable)) {
    for (const ran of await Promise.all(group.map(runStage))) {
      tell(ran)
      passed += ran.outcome.passed
      failed.push(...ran.outcome.failures.map((failure) => failedLine(ran.stage.name, failure)))
    }
  }
  if (dockerMissing && !flags.has('--fast')) skipped.push(`network: the job that runs in a container, because ${dockerMissing}`)
  const skips = [...skipped, ...notedSkips()].map((reason) => `SKIPPED ${reason}`)
  process.stdout.write([...failed, ...skips, `${passed} passed, ${failed.length} failed\n`].join('\n'))
  process.exitCode = failed.length === 0 ? 0 : 1
}

await main(new Set(process.argv.slice(2)))
