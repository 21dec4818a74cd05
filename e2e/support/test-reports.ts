/** What a test tool's JSON report says: how many checks passed, and which failed with what. */
import { isAbsolute, join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '..', '..')

export interface Failure {
  /** Relative to the repository; absent where a tool as a whole failed. */
  readonly file?: string
  readonly test?: string
  /** One line. */
  readonly error: string
}

export interface Outcome {
  readonly passed: number
  readonly failures: readonly Failure[]
}

/** Reads one kind of report. Throws where the text is not such a report. */
export type ReadReport = (text: string) => Outcome

const VitestReport = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

/** A file fails beside its tests where it could not be loaded or a hook threw; then it carries a message of its own. */
export const readVitestReport: ReadReport = (text) => {
  const { numPassedTests, testResults } = VitestReport.parse(JSON.parse(text))
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = fromRoot(name)
    const tests = assertionResults
      .filter((test) => test.status === 'failed')
      .map(({ ancestorTitles, title, failureMessages }) => ({ file, test: [...ancestorTitles, title].join(' › '), error: firstLine(failureMessages?.[0]) }))
    const whole = status === 'failed' && (message !== '' || tests.length === 0)
    return whole ? [...tests, { file, error: firstLine(message) }] : tests
  })
  return { passed: numPassedTests, failures }
}

const PlaywrightError = z.object({ message: z.string().optional() })
const PlaywrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(z.object({ status: z.string(), results: z.array(z.object({ errors: z.array(PlaywrightError) })) })),
})
const PlaywrightSuite = z.object({
  title: z.string(),
  file: z.string(),
  specs: z.array(PlaywrightSpec),
  get suites() {
    return z.array(PlaywrightSuite).optional()
  },
})
const PlaywrightReport = z.object({
  config: z.object({ rootDir: z.string() }),
  suites: z.array(PlaywrightSuite),
  errors: z.array(PlaywrightError),
  stats: z.object({ expected: z.number(), flaky: z.number() }),
})

/** A file's own suite bears the file's name; groups inside it bear their titles. */
export const readPlaywrightReport: ReadReport = (text) => {
  const { config, suites, errors, stats } = PlaywrightReport.parse(JSON.parse(text))
  const failures = suites.flatMap((suite) => failedSpecs(suite, []))
  return {
    passed: stats.expected + stats.flaky,
    failures: [
      ...failures.map((failure) => ({ ...failure, file: fromRoot(join(config.rootDir, failure.file)) })),
      ...errors.map(({ message }) => ({ error: firstLine(message) })),
    ],
  }
}

function failedSpecs({ specs, suites = [] }: z.infer<typeof PlaywrightSuite>, groups: readonly string[]): Required<Failure>[] {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected')
      .map(({ results }) => ({ file, test: [...groups, title].join(' › '), error: firstLine(results.at(-1)?.errors[0]?.message) })),
  )
  return [...own, ...suites.flatMap((suite) => failedSpecs(suite, [...groups, suite.title]))]
}

/** What a stage came to: its report and how its tool ended must agree, and an end in error is never without a failure. */
export function outcomeOf(end: ToolEnd, read?: ReadReport): Outcome {
  if (!read) return end.error === null ? { passed: 1, failures: [] } : { passed: 0, failures: [{ error: end.error }] }
  let outcome: Outcome
  try {
    outcome = read(end.report ?? '')
  } catch {
    return { passed: 0, failures: [{ error: `${end.error ?? 'it ended well'}, and left no report that can be read` }] }
  }
  if (end.error === null || outcome.failures.length > 0) return outcome
  return { ...outcome, failures: [{ error: `${end.error}, though its report names no failure; see its output above` }] }
}

export interface ToolEnd {
  /** `null` after a good end, else how it ended, as in "tsc -b ended with code 1". */
  readonly error: string | null
  readonly report?: string
}

/** As in `FAILED unit: main/agent/x.test.ts › group › name: expected 1 to be 2`. */
export function failedLine(stage: string, { file, test, error }: Failure): string {
  const where = [file, test].filter((part) => part !== undefined).join(' › ')
  return `FAILED ${stage}: ${where === '' ? '' : `${where}: `}${error}`
}

const fromRoot = (file: string): string => (isAbsolute(file) ? relative(ROOT, file) : file)

function firstLine(message = ''): string {
  const lines = stripVTControlCharacters(message).split('\n')
  return lines.find((line) => line.trim() !== '')?.trim() ?? 'no message'
}
