/**
 * `npm test`: every check in the order that fails fastest, one summary at the end.
 * Options: `--fast` runs what needs neither a browser nor a container engine (`npm run check`);
 * `--require-all` fails instead of skipping where something is missing.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

const REPORTS = join(import.meta.dirname, '..', '..', '.cache', 'test')
const ELECTRON_NEVER_DOWNLOADS = { ELECTRON_OVERRIDE_DIST_PATH: join(REPORTS, 'no-electron') }

interface Tally {
  readonly passed: number
  readonly failed: number
}

interface Stage {
  readonly name: string
  readonly command: readonly string[]
  /** Where the tool leaves its counts; a stage without one counts as a single check. */
  readonly report?: { readonly file: string; readonly count: (report: never) => Tally }
  readonly env?: Readonly<Record<string, string>>
  readonly fast?: boolean
  readonly docker?: boolean
}

const vitest = (project: string, more: readonly string[] = []): Pick<Stage, 'command' | 'report'> => {
  const file = join(REPORTS, `${project}.json`)
  return {
    command: ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...more],
    report: {
      file,
      count: ({ numPassedTests, numFailedTests, numFailedTestSuites }: { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }) => ({
        passed: numPassedTests,
        failed: Math.max(numFailedTests, Math.min(1, numFailedTestSuites)),
      }),
    },
  }
}

/** Where tests note what this machine lacks; see `main/kernel/requirement.fixture.ts`. */
const SKIPPED = join(REPORTS, 'skipped.txt')
const PLAYWRIGHT_REPORT = join(REPORTS, 'desktop.json')

const STAGES: readonly Stage[] = [
  { name: 'types', command: ['tsc', '-b'], fast: true },
  { name: 'lint', command: ['oxlint', '--type-aware'], fast: true },
  { name: 'format', command: ['biome', 'format'], fast: true },
  { name: 'dead code', command: ['knip'], fast: true },
  { name: 'build', command: ['node', 'main/cli/build.ts'], fast: true },
  { name: 'unit', ...vitest('unit'), fast: true },
  { name: 'thorough', ...vitest('thorough') },
  { name: 'component', ...vitest('component') },
  { name: 'containers', ...vitest('docker'), docker: true },
  { name: 'network', ...vitest('network') },
  {
    name: 'desktop',
    command: ['playwright', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT, ...ELECTRON_NEVER_DOWNLOADS },
    report: {
      file: PLAYWRIGHT_REPORT,
      count: ({ stats }: { stats: { expected: number; flaky: number; unexpected: number } }) => ({
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected,
      }),
    },
  },
]

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

function execute({ command: [file = '', ...args], env }: Stage): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function tallyOf({ report }: Stage, code: number): Tally {
  const single = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
  if (!report) return single
  try {
    const tally = report.count(JSON.parse(readFileSync(report.file, 'utf8')) as never)
    return { passed: tally.passed, failed: Math.max(tally.failed, single.failed) }
  } catch {
    return { passed: 0, failed: 1 }
  }
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
  const skipped: string[] = []
  let total: Tally = { passed: 0, failed: 0 }
  for (const stage of STAGES.filter((stage) => stage.fast || !flags.has('--fast'))) {
    if (stage.docker && dockerMissing && !flags.has('--require-all')) {
      skipped.push(`${stage.name}: ${dockerMissing}`)
      continue
    }
    process.stdout.write(`\n── ${stage.name}\n`)
    const started = performance.now()
    const tally = tallyOf(stage, await execute(stage))
    total = { passed: total.passed + tally.passed, failed: total.failed + tally.failed }
    process.stdout.write(`── ${stage.name}: ${tally.passed} passed, ${tally.failed} failed in ${((performance.now() - started) / 1_000).toFixed(1)} s\n`)
  }
  if (dockerMissing && !flags.has('--fast')) skipped.push(`network: the job that runs in a container, because ${dockerMissing}`)
  for (const reason of [...skipped, ...notedSkips()]) process.stdout.write(`SKIPPED ${reason}\n`)
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
  process.exitCode = total.failed === 0 ? 0 : 1
}

await main(new Set(process.argv.slice(2)))
