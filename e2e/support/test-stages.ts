/** The stages of `npm test`, in the order that fails fastest. */
import { join } from 'node:path'
import { type ReadReport, readPlaywrightReport, readVitestReport } from './test-reports.ts'

/** Where a run leaves its reports and notes; emptied when the next one starts. */
export const REPORTS = join(import.meta.dirname, '..', '..', '.cache', 'test')
const ELECTRON_NEVER_DOWNLOADS = { ELECTRON_OVERRIDE_DIST_PATH: join(REPORTS, 'no-electron') }

export interface Stage {
  readonly name: string
  readonly command: readonly string[]
  /** Where the tool leaves its counts; a stage without one counts as a single check. */
  readonly report?: { readonly file: string; readonly read: ReadReport }
  readonly env?: Readonly<Record<string, string>>
  readonly fast?: boolean
  readonly docker?: boolean
  readonly postgres?: boolean
  /** It or the stage before it does not use every processor all the time: they run side by side, and what this one says is shown when both have ended. */
  readonly beside?: boolean
}

const vitest = (project: string): Pick<Stage, 'command' | 'report'> => {
  const file = join(REPORTS, `${project}.json`)
  return {
    command: ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    report: { file, read: readVitestReport },
  }
}

const PLAYWRIGHT_REPORT = join(REPORTS, 'desktop.json')

export const STAGES: readonly Stage[] = [
  // Several checkers of one project work out much of the same, each for itself; projects that need nothing of each other are checked side by side anyway.
  { name: 'types', command: ['tsc', '-b', '--checkers', '1'], fast: true },
  { name: 'lint', command: ['oxlint', '--type-aware'], fast: true, beside: true },
  { name: 'format', command: ['biome', 'format'], fast: true, beside: true },
  { name: 'dead code', command: ['knip'], fast: true, beside: true },
  { name: 'build', command: ['node', 'main/cli/build.ts'], fast: true },
  { name: 'unit', ...vitest('unit'), fast: true },
  { name: 'thorough', ...vitest('thorough') },
  { name: 'containers', ...vitest('docker'), docker: true, beside: true },
  { name: 'network', ...vitest('network') },
  // Makes networks of containers, at which a browser gives up what it is fetching: never beside one.
  { name: 'packages', ...vitest('packages'), beside: true },
  { name: 'component', ...vitest('component') },
  { name: 'postgres', ...vitest('postgres'), postgres: true, beside: true },
  {
    name: 'desktop',
    command: ['playwright', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT, ...ELECTRON_NEVER_DOWNLOADS },
    report: { file: PLAYWRIGHT_REPORT, read: readPlaywrightReport },
  },
]
