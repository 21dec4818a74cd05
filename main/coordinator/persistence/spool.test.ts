import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { spool } from './spool.ts'

vi.mock('node:fs/promises', { spy: true })

async function* content() {
  yield Buffer.from('windfall')
}

test.each(['ENOSPC', 'EDQUOT', 'EROFS'])('a disk that takes no more (%s) is said in words', async (code) => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-spool-'))
  vi.mocked(open).mockImplementationOnce(async () => {
    const failure = Object.assign(new Error('write failed'), { code })
    return { write: async () => Promise.reject(failure), [Symbol.asyncDispose]: async () => undefined } as unknown as FileHandle
  })
  await expect(spool(content(), join(directory, 'new'), { maxBytes: 100, expected: null })).rejects.toMatchObject({
    code: 'storage.failed',
    message: `The coordinator’s disk takes no more (${code}). Free some space there, then try again.`,
  })
  rmSync(directory, { recursive: true })
})
