import { Readable } from 'node:stream'
import { type Header, pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readResult } from '../job-archive.ts'
import { type Arena, openArena } from './arena.fixture.ts'
import { isCompilerThere } from './attack.fixture.ts'

let arena: Arena

beforeAll(async () => {
  arena = await openArena('results')
})

afterAll(() => arena.close())

interface Leaving {
  readonly name: string
  readonly program: string
  readonly reason: 'job.output-missing' | 'job.output-too-large'
  readonly isCompiled?: true
}

const MISSING = 'The job ended without writing /job/out/result.'
const TOO_LARGE = 'The job wrote more output than its limit allows.'

const LEAVINGS: readonly Leaving[] = [
  { name: 'a symbolic link to a file of the host', program: 'ln -s /etc/passwd /job/out/result', reason: 'job.output-missing' },
  { name: 'a symbolic link through the process table', program: 'ln -s /proc/1/root/etc/shadow /job/out/result', reason: 'job.output-missing' },
  { name: 'a symbolic link out of its folder', program: 'echo x > /job/ckpt/x; ln -s ../ckpt/x /job/out/result', reason: 'job.output-missing' },
  { name: 'a link to itself', program: 'ln -s result /job/out/result', reason: 'job.output-missing' },
  { name: 'a pipe', program: 'mkfifo /job/out/result', reason: 'job.output-missing' },
  { name: 'a socket', program: 'greed socket-result', reason: 'job.output-missing', isCompiled: true },
  { name: 'a device', program: 'mknod /job/out/result c 1 5', reason: 'job.output-missing' },
  { name: 'a hard link to a program of the image', program: 'ln /bin/busybox /job/out/result 2> /dev/null', reason: 'job.output-missing' },
  { name: 'a folder', program: 'mkdir -p /job/out/result; echo x > /job/out/result/result', reason: 'job.output-missing' },
  { name: 'another folder in place of its own', program: 'mv /job/out /job/o; ln -s /etc /job/out; rm -r /job/out', reason: 'job.output-missing' },
  { name: 'a name that climbs', program: 'echo x > "/job/out/..\\result"; echo x > "/job/out/result "; mkdir "/job/out/..."', reason: 'job.output-missing' },
  { name: 'one byte too many', program: 'head -c 1048577 /dev/zero > /job/out/result', reason: 'job.output-too-large' },
  { name: 'a sparse file', program: 'truncate -s 200M /job/out/result', reason: 'job.output-too-large' },
]

describe.concurrent('no result is', () => {
  for (const { name, program, reason, isCompiled } of LEAVINGS)
    test.skipIf(isCompiled && !isCompilerThere)(name, async () => {
      const { failure, result } = await arena.fight(`${program}; true`)
      expect(failure).toMatchObject({ reason, message: reason === 'job.output-missing' ? MISSING : TOO_LARGE, retry: false })
      expect(result.output).toHaveLength(0)
    })

  test('a result that nobody may read, or that has two names, is its bytes and nothing more', async () => {
    const { failure, result } = await arena.fight('echo wind > /job/out/result; ln /job/out/result /job/out/..x; chmod 4000 /job/out/result')
    expect(failure).toBeNull()
    expect(Buffer.from(result.output).toString()).toBe('wind\n')
  })
})

const tar = (header: Partial<Header> & Pick<Header, 'name'>, content = '') => {
  const archive = pack()
  archive.entry(header, content)
  archive.entry({ name: 'result' }, 'late')
  archive.finalize()
  return Readable.from(archive)
}

/** What an engine that is itself in hostile hands could answer. */
describe('an archive of results can name what it likes', () => {
  test.each([
    ['a path that climbs', { name: '../result' }],
    ['an absolute path', { name: '/result' }],
    ['a path with a backslash', { name: String.raw`..\result` }],
    ['a symbolic link', { name: 'result', type: 'symlink', linkname: '/etc/passwd' }],
    ['a hard link', { name: 'result', type: 'link', linkname: '/etc/passwd' }],
    ['a device', { name: 'result', type: 'block-device' }],
    ['a pipe', { name: 'result', type: 'fifo' }],
  ] as const)('%s is not read', async (_, header) => {
    expect(await readResult(tar(header), 'result', 100)).toEqual({ kind: 'output-missing' })
  })

  test('and a size that it does not have', async () => {
    expect(await readResult(tar({ name: 'result', size: 200 }, 'x'.repeat(200)), 'result', 100)).toEqual({ kind: 'output-too-large' })
    await expect(readResult(Readable.from([(await tar({ name: 'result' }, 'x'.repeat(90)).toArray())[0]]), 'result', 100)).rejects.toThrow()
  })
})
