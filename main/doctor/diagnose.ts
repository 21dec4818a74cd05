import { type CheckGroup, type CheckResult, type Examined, type GroupResult, examine } from './check.ts'

const STILL_MS = 4_000

interface Diagnosis {
  readonly groups: readonly CheckGroup[]
  readonly machine: Examined
  readonly say: (line: string) => void
  /** Told whenever a check has ended, with those that have not. */
  readonly left?: (pending: ReadonlySet<string>) => void
  /** Takes names out of what is reported. */
  readonly anonymous: (text: string) => string
}

/** Examines everything at once and tells, every few seconds, what it still waits for. */
export async function diagnose({ groups, machine, say, left, anonymous }: Diagnosis, signal: AbortSignal): Promise<GroupResult[]> {
  const pending = new Set(groups.flatMap(({ checks }) => checks.map(({ code }) => code)))
  say(`Looking at this machine: ${pending.size} checks, less than a minute…`)
  const ended = (code: string): void => {
    pending.delete(code)
    left?.(pending)
  }
  const over = new AbortController()
  void sayPending({ pending, machine, say }, AbortSignal.any([signal, over.signal]))
  try {
    return await Promise.all(
      groups.map(async ({ title, checks }) => {
        const results = await examine(checks, machine, { signal, done: ended })
        return { title, results: results.map((result) => clean(result, anonymous)) }
      }),
    )
  } finally {
    over.abort()
  }
}

async function sayPending({ pending, machine, say }: Pick<Diagnosis, 'machine' | 'say'> & { readonly pending: ReadonlySet<string> }, signal: AbortSignal) {
  while (await machine.clock.sleep(STILL_MS, signal)) say(`Still looking at ${[...pending].join(', ')}…`)
}

const clean = ({ code, verdict, evidence, fix }: CheckResult, anonymous: (text: string) => string): CheckResult => ({
  code,
  verdict,
  evidence: anonymous(evidence),
  fix: fix === null ? null : anonymous(fix),
})
