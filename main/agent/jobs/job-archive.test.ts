import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract, pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { exceeds, readResult, seedArchive } from './job-archive.ts'

type Headers = Parameters<ReturnType<typeof pack>['entry']>[0]

const archive = (header: Headers, content = ''): Readable => {
  const tar = pack()
  tar.entry(header, content)
  tar.finalize()
  return Readable.from(tar)
}

test('the workspace belongs to the job, its root does not', async () => {
  const entries: unknown[] = []
  for await (const entry of Readable.from(seedArchive()).pipe(extract())) {
    const { name, type, mode, uid, gid } = entry.header
    entries.push([name, type, mode, uid, gid])
    entry.resume()
  }
  expect(entries).toEqual(['in', 'out', 'ckpt'].map((name) => [name, 'directory', 0o700, 65_532, 65_532]))
})

test('inputs lie in their folders, and belong to the job', async () => {
  const inputs = ['x', 'a/b/y', 'a/z'].map((path) => ({ path, content: Buffer.from(path) }))
  const entries: string[] = []
  for await (const entry of Readable.from(seedArchive(inputs)).pipe(extract())) {
    const { name, type, uid } = entry.header
    entries.push(`${type} ${name} ${uid} ${(await buffer(entry)).toString()}`)
  }
  expect(entries).toEqual([
    'directory in 65532 ',
    'directory in/a 65532 ',
    'directory in/a/b 65532 ',
    'directory out 65532 ',
    'directory ckpt 65532 ',
    'file in/x 65532 x',
    'file in/a/b/y 65532 a/b/y',
    'file in/a/z 65532 a/z',
  ])
})

test('a result is read up to its limit', async () => {
  expect(await readResult(archive({ name: 'result' }, 'hello'), 'result', 5)).toEqual({ kind: 'read', bytes: Buffer.from('hello') })
  expect(await readResult(archive({ name: 'result' }, 'hello!'), 'result', 5)).toEqual({ kind: 'output-too-large' })
  expect(await readResult(archive({ name: 'result' }), 'result', 5)).toEqual({ kind: 'read', bytes: Buffer.from('') })
})

test.each([
  ['a symbolic link', { name: 'result', type: 'symlink', linkname: '/etc/passwd' }],
  ['a hard link', { name: 'result', type: 'link', linkname: '../../etc/passwd' }],
  ['a folder', { name: 'result', type: 'directory' }],
  ['a pipe', { name: 'result', type: 'fifo' }],
  ['a device', { name: 'result', type: 'block-device', devmajor: 8, devminor: 0 }],
  ['another file', { name: '../result' }],
] satisfies [string, Headers][])('%s is no result', async (_what, header) => {
  expect(await readResult(archive(header), 'result', 5)).toEqual({ kind: 'output-missing' })
})

test('an empty archive is no result, and a broken one is an error', async () => {
  expect(await readResult(Readable.from([Buffer.alloc(1_024)]), 'result', 5)).toEqual({ kind: 'output-missing' })
  const whole = await buffer(archive({ name: 'result' }, 'x'.repeat(5_000)))
  await expect(readResult(Readable.from([whole.subarray(0, 2_000)]), 'result', 9_999)).rejects.toThrow()
})

test('a stream is measured no further than its limit', async () => {
  let made = 0
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1_000, (made += 1))
    })(),
  )
  expect(await exceeds(endless, 10_000)).toBe(true)
  expect(made).toBeLessThan(100)
  expect(await exceeds(Readable.from([Buffer.alloc(10)]), 10)).toBe(false)
})
