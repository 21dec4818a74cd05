import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot, packageVersion } from '../kernel/paths.ts'
import { type Check, type Finding, fail, ok, single, warn } from './check.ts'
import { type ChildEnd, runNode } from './child-output.ts'

/** `running`: version of the agent that runs, `null` if none does. */
export const judgeWindfall = (here: string, running: string | null): Finding =>
  running === null || running === here
    ? ok(`Windfall ${here}${running === null ? '' : ', and so is the agent that runs'}`)
    : warn(`Windfall ${here}, but the agent that runs is ${running}`, 'Start the agent again, so that it is the version you have installed.')

/** `range` as in `engines` of package.json; only “>=N” and “>=N.M” are in use. */
export function judgeNode(version: string, range: string): Finding {
  const wanted = />=\s*(\d+)(?:\.(\d+))?/.exec(range)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor, needMinor] = [Number(wanted?.[1] ?? 0), Number(wanted?.[2] ?? 0)]
  const enough = major > needMajor || (major === needMajor && minor >= needMinor)
  return enough
    ? ok(`Node ${version}, ${range} is needed`)
    : fail(`Node ${version}, but ${range} is needed`, 'Run npm ci, which brings a Node of its own, or install a newer one: https://nodejs.org')
}

export const judgeNative = (name: string, end: ChildEnd): Finding =>
  'text' in end
    ? ok(`${name} ${end.text}`)
    : fail(`${name}: ${end.problem}`, `Run npm ci again on this machine. ${name} needs a build for ${process.platform} on ${process.arch}.`)

/** Each loads the module and makes it do something, in a process that may crash. */
const TRIALS = {
  'native-sqlite': [
    'better-sqlite3',
    `const D = require('better-sqlite3'); process.stdout.write('SQLite ' + new D(':memory:').prepare('SELECT sqlite_version() AS v').get().v)`,
  ],
  'native-koffi': ['koffi', `const k = require('koffi'); if (k.sizeof('int') !== 4) throw new Error('it counts wrong'); process.stdout.write(k.version)`],
} as const

const nativeCheck = (code: keyof typeof TRIALS): Check => {
  const [name, script] = TRIALS[code]
  return single(code, async (_, signal) => judgeNative(name, await runNode(['-e', script], signal)))
}

const enginesNode = (): string => {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { engines?: { node?: string } }
  return engines?.node ?? '>=0'
}

/** Whether what is compiled for one system works on this one. Each starts a Node of its own. */
export const NATIVE_CHECKS: readonly Check[] = [nativeCheck('native-sqlite'), nativeCheck('native-koffi')]

/** This Windfall itself. */
export const PROGRAM_CHECKS: readonly Check[] = [
  single('windfall', async ({ facts }) => judgeWindfall(packageVersion, (await facts.status().catch(() => null))?.version ?? null)),
  single('node', () => judgeNode(process.versions.node, enginesNode())),
  single('settings', ({ facts }) => {
    const settings = facts.settings()
    return 'problem' in settings
      ? fail(settings.problem, 'Correct settings.json in the data directory; until then no agent starts there.')
      : ok(`zone ${settings.zone}, ${settings.policy.dedicated ? 'dedicated' : 'runs while its owner is away'}`)
  }),
]
