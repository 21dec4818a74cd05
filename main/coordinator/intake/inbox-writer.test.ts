import { expect, test } from 'vitest'
import type { Message } from './inbox.ts'
import { createFakeInbox } from './inbox.fake.ts'
import { createInboxWriter } from './inbox-writer.ts'

const message = (digest: string): Message => ({ nodeId: 'n', digest, body: Buffer.from(digest), at: 0 })
const texts = 'abcdefghij'.split('')

test('what arrives during a commit goes into the next one together, and is answered in order', async () => {
  const inbox = createFakeInbox()
  const release = Promise.withResolvers<void>()
  const { commit } = inbox
  const slow = { ...inbox, commit: async (changes: Parameters<typeof commit>[0]) => (await release.promise, commit(changes)) }
  const writer = createInboxWriter(slow)
  const first = writer.append(message('first'))
  // The first commit is under way once this one has been asked for.
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  const others = Promise.all(texts.map((text) => writer.append(message(text))))
  release.resolve()
  expect(await first).toBe(1)
  expect(await others).toEqual(texts.map((_, index) => index + 2))
  expect(inbox.commits).toBe(2)
  expect(writer.lastBatch()).toBe(10)
})

test('counts what waits, a message that is sent twice once', async () => {
  const inbox = createFakeInbox()
  await inbox.commit({ append: [message('before')], remove: [] })
  const writer = createInboxWriter(inbox)
  await new Promise(setImmediate)
  expect(writer.depth()).toEqual({ messages: 1, bytes: 6 })
  const [seq] = await Promise.all([writer.append(message('aa')), writer.append(message('aa'))])
  expect(writer.depth()).toEqual({ messages: 2, bytes: 8 })
  await writer.remove({ seq, body: message('aa').body })
  expect(writer.depth()).toEqual({ messages: 1, bytes: 6 })
})

test('a commit that fails keeps nothing and says so; what was to be removed is removed later', async () => {
  const inbox = createFakeInbox()
  const writer = createInboxWriter(inbox)
  const seq = await writer.append(message('a'))
  inbox.broken = new Error('the disk is full')
  const removed = writer.remove({ seq, body: message('a').body })
  await expect(writer.append(message('b'))).rejects.toThrow('the disk is full')
  expect(writer.depth()).toEqual({ messages: 1, bytes: 1 })
  inbox.broken = null
  await writer.append(message('c'))
  await removed
  expect((await inbox.page({ after: 0, limit: 9, scope: 'all' })).map(({ digest }) => digest)).toEqual(['c'])
})
