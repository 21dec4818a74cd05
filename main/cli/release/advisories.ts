/** What is known to be wrong with what others wrote, as `npm audit --json` says it, and what of it we hand on nevertheless. */
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'
import type { ShippedPackage } from './shipped.ts'

const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const
const Severity = z.enum(SEVERITIES)
/** From here on nothing is handed on without a reason. */
const REFUSED: ReadonlySet<string> = new Set(['high', 'critical'])

const Text = z.string().max(2_000)
const Found = z.object({
  source: z.union([z.number(), Text]).optional(),
  name: Text,
  title: Text,
  url: z.url({ protocol: /^https$/ }).max(500),
  severity: Severity,
  range: Text,
})
const Vulnerable = z.object({ name: Text, via: z.array(z.union([Text, Found])).max(500), nodes: z.array(Text).max(2_000) })

/** Version 2 of npm's report. */
const Report = z.object({ auditReportVersion: z.literal(2), vulnerabilities: z.record(z.string().max(300), Vulnerable) })
const Refusal = z.object({ message: Text.optional(), error: z.object({ code: Text.optional(), summary: Text.optional() }).optional() })

export const MAX_REPORT_BYTES = 32 * 1_024 * 1_024

/** One advisory about one package. */
export interface Advisory {
  /** `GHSA-…`, the last part of its address. */
  readonly id: string
  readonly package: string
  readonly severity: z.infer<typeof Severity>
  readonly title: string
  readonly url: string
  /** Versions that it is about. */
  readonly range: string
  /** Folders of those of them that are installed. */
  readonly folders: readonly string[]
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Reads what `npm audit --json` printed. Error: `unavailable`, if it is no report: the registry did not answer, or something else speaks in its place. */
export function readAudit(text: string): readonly Advisory[] {
  const value = jsonOf(text)
  const report = Report.safeParse(value)
  if (!report.success) {
    const { data } = Refusal.safeParse(value)
    const said =
      data?.message ?? data?.error?.summary ?? data?.error?.code ?? (value === null ? 'it printed no JSON' : 'it is of a form that is not known here')
    throw new WindfallError(
      'unavailable',
      `The registry gave no report on known weaknesses (${said.slice(0, 300)}). Nothing was written. Try again, or leave this check to somebody else: --no-audit.`,
    )
  }
  const advisories = Object.values(report.data.vulnerabilities).flatMap(({ name, via, nodes }) =>
    via.flatMap((found) =>
      typeof found === 'string'
        ? []
        : [
            {
              id: found.url.split('/').at(-1) ?? found.url,
              package: name,
              severity: found.severity,
              title: found.title,
              url: found.url,
              range: found.range,
              folders: nodes,
            },
          ],
    ),
  )
  return advisories.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.package.localeCompare(b.package) || a.id.localeCompare(b.id),
  )
}

/** A weakness that somebody has looked at, and why and until when it is handed on. */
export const AcceptedAdvisories = z
  .array(
    z.strictObject({
      id: z.string().regex(/^[\w-]{3,60}$/),
      package: z.string().min(1).max(214),
      because: z.string().min(20).max(1_000),
      /** The last day that it is good for. */
      until: z.iso.date(),
    }),
  )
  .max(200)
export type AcceptedAdvisories = z.infer<typeof AcceptedAdvisories>

export interface Judged {
  /** What stands in the way, in sentences that say what to do. */
  readonly problems: readonly string[]
  /** What does not, and is worth knowing. */
  readonly notes: readonly string[]
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
const named = ({ id, package: name, range, severity, title, url }: Advisory): string => `${name} ${range} (${severity}): ${title}. ${id}, ${url}`

/**
 * High and critical advisories about what we hand on are refused, unless `accepted` gives a reason that has not run out. `at`: epoch milliseconds. What
 * only builds and tests is noted: it runs on machines of ours, with no input of strangers.
 */
export function judgeAdvisories(
  advisories: readonly Advisory[],
  { shipped, accepted, at }: { shipped: readonly ShippedPackage[]; accepted: AcceptedAdvisories; at: number },
): Judged {
  const ours = new Set(shipped.map(({ folder }) => folder))
  const [problems, notes]: [string[], string[]] = [[], []]
  const used = new Set<AcceptedAdvisories[number]>()
  for (const one of advisories) {
    const reason = accepted.find(({ id, package: name }) => id === one.id && name === one.package)
    if (reason) used.add(reason)
    const leaves = one.folders.some((folder) => ours.has(folder))
    if (!leaves || !REFUSED.has(one.severity)) notes.push(`${named(one)}${leaves ? '' : ' (only builds or tests)'}`)
    else if (!reason)
      problems.push(`${named(one)}. Update it, or write into resources/release/accepted-advisories.json why it does no harm here, and until when.`)
    else if (reason.until < day(at)) problems.push(`${named(one)}. It was accepted until ${reason.until}: update it, or look at it again.`)
    else notes.push(`${named(one)}. Accepted until ${reason.until}: ${reason.because}`)
  }
  for (const reason of accepted)
    if (!used.has(reason)) notes.push(`${reason.id} of ${reason.package} is accepted and no longer reported: take it out of the list.`)
  return { problems, notes }
}
