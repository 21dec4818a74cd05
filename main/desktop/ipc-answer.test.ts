import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { call, serve } from '../../shared/contract/define.ts'
import { MAX_INPUT_CHARACTERS, answerIpc } from './ipc-answer.ts'

const server = serve(
  { shout: call(z.strictObject({ text: z.string() }), z.string()), crash: call(z.strictObject({}), z.null()) },
  {
    shout: ({ text }) => text.toUpperCase(),
    crash: () => {
      throw new Error('password is hunter2')
    },
  },
)
const frame = { url: 'app://windfall/index.html', parent: null }
const ask = (name: unknown, input: unknown, from: Parameters<typeof answerIpc>[0]['frame'] = frame) => answerIpc({ frame: from, name, input }, server)
const code = (value: string) => ({ ok: false, problem: expect.objectContaining({ code: value }) })

test('our page gets its answer', async () => expect(await ask('shout', { text: 'hi' })).toEqual({ ok: true, value: 'HI' }))

test.each([null, { url: 'https://evil.example/', parent: null }, { url: 'app://windfall/index.html', parent: {} }])(
  'a foreign sender gets none: %j',
  async (from) => expect(await ask('shout', { text: 'hi' }, from)).toEqual(code('auth.refused')),
)

describe('what is not a call', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  test.each<[string, unknown, unknown, string]>([
    ['a name that is none', 7, {}, 'input.invalid'],
    ['an unknown name', 'whisper', {}, 'not-found'],
    ['an inherited name', 'toString', {}, 'not-found'],
    ['no input', 'shout', undefined, 'input.invalid'],
    ['a function', 'shout', () => {}, 'input.invalid'],
    ['a circle', 'shout', circle, 'input.invalid'],
    ['a big integer', 'shout', { text: 1n }, 'input.invalid'],
    ['a map', 'shout', new Map([['text', 'hi']]), 'input.invalid'],
    ['a surplus field', 'shout', { text: 'hi', extra: 1 }, 'input.invalid'],
    ['too much', 'shout', { text: 'x'.repeat(MAX_INPUT_CHARACTERS) }, 'input.too-large'],
  ])('%s is refused', async (_what, name, input, refusal) => expect(await ask(name, input)).toEqual(code(refusal)))
})

test('what went wrong inside stays inside', async () => {
  const answer = await ask('crash', {})
  expect(answer).toEqual(code('internal'))
  expect(JSON.stringify(answer)).not.toContain('hunter2')
})
