import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { readSecretLine } from './secret-line.ts'

/** A terminal that says whether it shows what is typed. */
function terminal() {
  const stream = new PassThrough()
  const raw: boolean[] = []
  return { raw, input: Object.assign(stream, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) }) }
}

test.each([
  ['a key that is pasted', 'wf_abc\r', 'wf_abc'],
  ['what is corrected while it is typed', 'wf_abx\u007Fc\n', 'wf_abc'],
  ['nothing', '\r', null],
  ['what is given up', 'wf_ab\u0003', null],
])('%s at a terminal, which does not show it', async (_, keys, found) => {
  const { input, raw } = terminal()
  const ask = vi.fn<() => void>()
  const line = readSecretLine(input, ask)
  input.write(keys)
  expect(await line).toBe(found)
  expect(ask).toHaveBeenCalledOnce()
  expect(raw).toEqual([true, false])
})

test('a pipe is read to the end of its first line, and is not asked', async () => {
  const ask = vi.fn<() => void>()
  const pipe = new PassThrough()
  const line = readSecretLine(pipe, ask)
  pipe.end('wf_abc \nmore\n')
  expect(await line).toBe('wf_abc')
  expect(ask).not.toHaveBeenCalled()
  const empty = new PassThrough()
  const nothing = readSecretLine(empty, ask)
  empty.end()
  expect(await nothing).toBeNull()
})
