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

/** Resolves to `null` after a good end, or to how the tool ended. */
function execute({ command: [file = '', ...args], env }: Stage): Promise<string | null> {
  const name = [file, ...args.filter((argument) => !argument.startsWith('--'))].join(' ')
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('error', (error) => resolve(`${name} does not start (${error.message})`))
    child.on('exit', (code, signal) => resolve(code === 0 ? null : `${name} ended ${code === null ? `on ${String(signal)}` : `with code ${code}`}`))
  })
}

async function runStage(stage: Stage): Promise<Outcome> {
  process.stdout.write(`\n── ${stage.name}\n`)
  const started = performance.now()
  const error = await execute(stage)
  const report = stage.report && existsSync(stage.report.file) ? { report: readFileSync(stage.report.file, 'utf8') } : {}
  const outcome = outcomeOf({ error, ...report }, stage.report?.read)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  process.stdout.write(`── ${stage.name}: ${outcome.passed} passed, ${outcome.failures.length} failed in ${seconds} s\n`)
  return outcome
}

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
  for (const stage of STAGES.filter((stage) => stage.fast || !flags.has('--fast'))) {
    const missing = (stage.docker ? dockerMissing : null) ?? (stage.postgres ? postgresMissing : null)
    if (missing && !flags.has('--require-all')) {
      skipped.push(`${stage.name}: ${missing}`)
      continue
    }
    const outcome = await runStage(stage)
    passed += outcome.passed
    failed.push(...outcome.failures.map((failure) => failedLine(stage.name, failure)))
  }
  if (dockerMissing && !flags.has('--fast')) skipped.push(`network: the job that runs in a container, because ${dockerMissing}`)
  const skips = [...skipped, ...notedSkips()].map((reason) => `SKIPPED ${reason}`)
  process.stdout.write([...failed, ...skips, `${passed} passed, ${failed.length} failed\n`].join('\n'))
  process.exitCode = failed.length === 0 ? 0 : 1
}

await main(new Set(process.argv.slice(2)))
