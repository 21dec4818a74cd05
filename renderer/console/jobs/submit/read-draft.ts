import { JobSpec } from '../../../../shared/contract/job.ts'
import { jsonPlaces } from './json-places.ts'

/** A job file is never longer, characters. */
export const MAX_DRAFT = 262_144

/** What keeps a draft from being a job. */
export interface Problem {
  /** Of the value, such as `limits.cpus`; empty for the whole text. */
  readonly path: string
  readonly line: number
  readonly message: string
}

export type Raw = Readonly<Record<string, unknown>>

export interface ReadDraft {
  /** `null` while the text is no JSON object: nothing of it can be changed but the text. */
  readonly raw: Raw | null
  /** `null` until nothing is wrong. */
  readonly spec: JobSpec | null
  readonly problems: readonly Problem[]
}

const refused = (line: number, message: string): ReadDraft => ({ raw: null, spec: null, problems: [{ path: '', line, message }] })

/** The value at a path such as `limits.cpus`; `undefined` if there is none. */
export const valueAt = (raw: unknown, path: string): unknown =>
  path === ''
    ? raw
    : path
        .split('.')
        .reduce<unknown>((value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Raw)[key] : undefined), raw)

/** A value as text, whatever it is. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** Reads text as a job, whatever somebody has written or opened. */
export function readDraft(text: string): ReadDraft {
  if (text.length > MAX_DRAFT) return refused(1, 'That is too long for a job: at most 256 KiB.')
  const { error, lineOf } = jsonPlaces(text)
  if (error) return refused(error.line, `Column ${error.column}: ${error.message}`)
  const raw: unknown = JSON.parse(text)
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return refused(1, 'A job is an object: { … }.')
  const read = JobSpec.safeParse(raw)
  if (read.success) return { raw: raw as Raw, spec: read.data, problems: [] }
  const problems = read.error.issues.slice(0, 50).map((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])].map(String).join('.')
    return { path, line: lineOf(path), message: messageOf(issue.message, { isUnknown: unknown !== undefined, isMissing: valueAt(raw, path) === undefined }) }
  })
  return { raw: raw as Raw, spec: null, problems }
}

function messageOf(message: string, { isUnknown, isMissing }: { readonly isUnknown: boolean; readonly isMissing: boolean }): string {
  if (isUnknown) return 'No job has this.'
  return isMissing ? 'This is missing.' : `${message.replace(/^Invalid input: /, '').replace(/^./, (first) => first.toUpperCase())}.`
}

/** A draft with one value changed; `undefined` takes it out. */
export function withValue(raw: Raw, path: string, value: unknown): Raw {
  const [key = '', ...rest] = path.split('.')
  const { [key]: before, ...others } = raw
  const after = rest.length === 0 ? value : withValue(typeof before === 'object' && before !== null ? (before as Raw) : {}, rest.join('.'), value)
  if (after === undefined) return others
  // In its old place.
  return key in raw ? Object.fromEntries(Object.entries(raw).map(([name, held]) => [name, name === key ? after : held])) : { ...raw, [key]: after }
}

/** The text of a draft, as it is edited. */
export const draftText = (raw: unknown): string => JSON.stringify(raw, null, 2)
