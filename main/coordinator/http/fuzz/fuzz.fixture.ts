import * as fc from 'fast-check'
import { judge, judgeAgreement } from './judge.fixture.ts'
import { type FuzzRequest, anyRequest } from './requests.fixture.ts'
import { components } from '../published-schemas.fixture.ts'
import type { FuzzWorld } from './world.fixture.ts'

interface Finding {
  readonly operation: string
  readonly what: string
  readonly request: Pick<FuzzRequest, 'actor' | 'method' | 'target' | 'contentType'> & { readonly body: string | null }
}

interface FuzzRun {
  readonly findings: readonly Finding[]
  /** How many requests were answered by each status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Operations that have answered somebody with a 2xx. */
  readonly succeeded: ReadonlySet<string>
}

const shown = ({ actor, method, target, contentType, body }: FuzzRequest): Finding['request'] => ({
  actor,
  method,
  target: target.slice(0, 400),
  contentType,
  body: body?.toString('utf8').slice(0, 1_200) ?? null,
})

/** Sends `runs` requests one after another, always the same for one seed, and says what was wrong with which answers. */
export async function fuzzRequests({ server, known, send }: FuzzWorld, { runs, seed }: { readonly runs: number; readonly seed: number }): Promise<FuzzRun> {
  const findings: Finding[] = []
  const statuses: Record<string, number> = {}
  const succeeded = new Set<string>()
  for (const request of fc.sample(anyRequest({ schemas: components.schemas, known }), { numRuns: runs, seed })) {
    const answer = await send(request)
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    if (answer.status < 300) succeeded.add(request.operation)
    const failed = server.failures.splice(0).map((error) => `failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    for (const what of [judge(request, answer), judgeAgreement(request), ...(answer.status < 503 ? failed : [])])
      if (what !== null) findings.push({ operation: request.operation, what, request: shown(request) })
  }
  return { findings, statuses, succeeded }
}
