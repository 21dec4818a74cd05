import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createHandover } from './checkpoint-handover.ts'

const item = { kind: 'checkpoint', leaseId: 'lease-1', token: 2, attemptId: 'attempt-1' } as const
const saved = () => ({
  jobId: 'job-1',
  attemptId: 'attempt-1',
  keptAt: 0,
  bytes: 5,
  sha256: 'a'.repeat(64),
  files: [],
  archive: Readable.from([Buffer.from('seven')]),
})

test('what an attempt has saved is sent under its lease', async () => {
  const sent: unknown[] = []
  const handOver = createHandover({
    checkpoints: { exportCheckpoint: async (attemptId) => (attemptId === 'attempt-1' ? saved() : null) },
    upload: async (claim, { bytes, sha256 }) => void sent.push({ ...claim, bytes, sha256 }),
  })
  await handOver(item)
  expect(sent).toEqual([{ leaseId: 'lease-1', token: 2, bytes: 5, sha256: 'a'.repeat(64) }])
})

test('what is no longer here is given up', async () => {
  const handOver = createHandover({ checkpoints: { exportCheckpoint: async () => null }, upload: async () => expect.fail() })
  await expect(handOver(item)).rejects.toMatchObject({ code: 'not-found', retry: false })
})

test('a link that is too slow is given up, an outage is not; the file is let go of either way', async () => {
  const archives: Readable[] = []
  const exportCheckpoint = async () => {
    const one = saved()
    archives.push(one.archive)
    return one
  }
  const slow = createHandover({
    checkpoints: { exportCheckpoint },
    limitMs: 5,
    upload: (_claim, _checkpoint, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  })
  await expect(slow(item)).rejects.toMatchObject({ code: 'runtime.limit', retry: false })
  const offline = createHandover({ checkpoints: { exportCheckpoint }, upload: async () => Promise.reject(new WindfallError('unavailable', 'Offline.')) })
  await expect(offline(item)).rejects.toMatchObject({ code: 'unavailable', retry: true })
  expect(archives.map(({ destroyed }) => destroyed)).toEqual([true, true])
})
