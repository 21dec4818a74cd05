import { type FailureCode, PROBLEMS_PATH, failures } from '../../../shared/errors.ts'
import { failureWords } from '../../../shared/failure-words.ts'

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer', minimum: 1 }, example: 2 } }

const WORDS: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'Nobody has said who asks.',
  402: 'There is not enough money.',
  403: 'Whoever asks may not do this.',
  404: 'There is no such thing, or it is somebody else’s.',
  409: 'It does not fit what is there.',
  413: 'The request is too large.',
  422: 'It can be read but not be done.',
  429: 'Too many requests.',
  500: 'A defect of ours.',
  503: 'Not now.',
}

const PROBLEM = { $ref: '#/components/schemas/Problem' }

const groupsOf = (codes: readonly FailureCode[]): readonly (readonly [status: number, group: readonly FailureCode[]])[] => [
  ...Map.groupBy(codes, (code) => failures[code].status),
]

const nameOf = (status: number, group: readonly FailureCode[]): string => [status, ...group].join('-')

/** The answers of an operation that may say these codes, by status. */
export const problemAnswers = (codes: readonly FailureCode[]): Readonly<Record<string, object>> =>
  Object.fromEntries(groupsOf(codes).map(([status, group]) => [status, { $ref: `#/components/responses/${nameOf(status, group)}` }]))

const responseOf = (status: number, group: readonly FailureCode[]) => ({
  description: WORDS[status] ?? 'A problem.',
  ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
  content: {
    'application/problem+json': {
      schema: { allOf: [PROBLEM, { type: 'object', properties: { code: { enum: group } } }] },
      examples: Object.fromEntries(group.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
})

/** What the answers of all operations refer to: what the code may be, and an example of every one. */
export const problemResponses = (operations: readonly (readonly FailureCode[])[]): Readonly<Record<string, object>> =>
  Object.fromEntries(operations.flatMap(groupsOf).map(([status, group]) => [nameOf(status, group), responseOf(status, group)]))

/** One example of every code. */
export const problemExamples = Object.fromEntries(
  Object.entries(failures).map(([code, { status }]) => {
    const { title, advice } = failureWords[code as FailureCode]
    return [code, { summary: title, value: { type: `${PROBLEMS_PATH}#${code}`, title, status, code, detail: `${title}. ${advice}` } }]
  }),
)
