/** What every answer has to be, whatever was asked. */
import { type FailureCode, PROBLEMS_PATH, failures } from '../../../../shared/errors.ts'
import { httpCalls } from '../http-calls.ts'
import { codesOf } from '../openapi-codes.ts'
import { rawRoutes } from '../openapi-routes.ts'
import { components, isPublished } from '../published-schemas.fixture.ts'
import type { FuzzRequest } from './requests.fixture.ts'
import type { FuzzAnswer } from './world.fixture.ts'

/** The test server has neither a chain nor a grid: what needs one says so. */
const ABSENT: ReadonlySet<string> = new Set(['chain.unavailable', 'grid.unavailable'])

/** These answer people in a browser, and say in a page what is wrong. */
const FOR_BROWSERS = /^\/(?:auth\/|console(?:[/?]|$)|[?]|$)/

const DOCUMENTED: ReadonlyMap<string, ReadonlySet<FailureCode>> = new Map([
  ...httpCalls().map(([name, , { access, method }]) => [name, new Set(codesOf(name, { access, takesBody: method === 'POST' }))] as const),
  ...rawRoutes.map(({ operationId, access, body }) => [operationId, new Set(codesOf(operationId, { access, takesBody: body !== undefined }))] as const),
])

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** What is wrong with the answer to a request that was refused, `null` if nothing is. */
function judgeProblem({ operation, target }: FuzzRequest, { status, type, text }: FuzzAnswer): string | null {
  if (FOR_BROWSERS.test(target) && status < 500)
    return type.startsWith('text/html') || type.startsWith('application/problem+json') ? null : `${status} as ${type}`
  const problem = parsed(text)
  if (!type.startsWith('application/problem+json')) return `${status} as ${type}`
  if (!isPublished({ $ref: '#/components/schemas/Problem' }, problem)) return `a problem that is none: ${text.slice(0, 200)}`
  const { code, ...said } = problem as { code: FailureCode; status: number; type: string }
  if (said.status !== status || failures[code]?.status !== status || said.type !== `${PROBLEMS_PATH}#${code}`)
    return `a problem that contradicts itself: ${text.slice(0, 200)}`
  if (status >= 500 && !ABSENT.has(code)) return `${status} ${text.slice(0, 300)}`
  // A path that was sent may lead to another route or to none.
  return DOCUMENTED.get(operation)?.has(code) === false ? `${code} is not said of ${operation}` : null
}

/** What is wrong with an answer, `null` if nothing is. */
export function judge(request: FuzzRequest, answer: FuzzAnswer): string | null {
  const { access, actor, call, operation } = request
  if (answer.status >= 400) return judgeProblem(request, answer)
  if (actor === 'nobody' && access !== 'public') return `${answer.status} for nobody`
  if (answer.status >= 300) return FOR_BROWSERS.test(request.target) ? null : `${answer.status} is no answer of ${operation}`
  if (!call) return null
  const { json } = request
  if (json !== undefined && !answer.type.startsWith('application/json')) return `${answer.type} for JSON`
  return isPublished(components.answered(call.output), parsed(answer.text)) ? null : `an answer that is not as published: ${answer.text.slice(0, 300)}`
}

/** Whether contract and published schema say the same of what was sent; `null` if they do. What a schema cannot say, the contract says as a rule of its own. */
export function judgeAgreement({ call, json, target }: Pick<FuzzRequest, 'call' | 'json' | 'target'>): string | null {
  if (!call || json === undefined || /\{|\?/.test(target)) return null
  const { error } = call.input.safeParse(json)
  const published = isPublished(components.taken(call.input), json)
  if (published === (error === undefined)) return null
  const isOwnRule = published && error?.issues.every(({ code }) => code === 'custom' || code === 'invalid_union' || code === 'not_multiple_of')
  return isOwnRule ? null : `${published ? 'published takes, contract refuses' : 'contract takes, published refuses'}: ${error?.issues[0]?.message ?? ''}`
}
