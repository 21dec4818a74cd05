import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { extract, type Header, pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { pathInside, vetCheckpoint } from './checkpoint-archive.ts'

type Entry = readonly [header: Partial<Header> & { readonly name: string }, content?: string]

function tarOf(entries: readonly Entry[]): Readable {
  const archive = pack()
  for (const [header, content = ''] of entries) archive.entry(header, content)
  archive.finalize()
  return Readable.from(archive)
}

async function vet(source: Readable) {
  const chunks: Buffer[] = []
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  const vetted = await vetCheckpoint(source, target)
  return { vetted, archive: Buffer.concat(chunks) }
}

async function entriesOf(archive: Buffer): Promise<{ readonly header: Header; readonly content: string }[]> {
  const tar = extract()
  Readable.from([archive]).pipe(tar)
  const entries: { header: Header; content: string }[] = []
  for await (const entry of tar) entries.push({ header: entry.header, content: (await buffer(entry)).toString() })
  return entries
}

test('plain files and folders come through, and belong to the job’s user', async () => {
  const { vetted, archive } = await vet(
    tarOf([[{ name: 'ckpt/', type: 'directory' }], [{ name: 'ckpt/deep/', type: 'directory' }], [{ name: 'ckpt/deep/n', mode: 0o4777, uid: 0 }, 'seven']]),
  )
  expect(vetted).toMatchObject({ kind: 'vetted', files: [{ path: 'deep/n', bytes: 5 }] })
  expect(
    (await entriesOf(archive)).map(({ header: { name, type, mode, uid, gid }, content }) => ({ name: name.replace(/\/$/, ''), type, mode, uid, gid, content })),
  ).toEqual([
    { name: 'ckpt/deep', type: 'directory', mode: 0o700, uid: 65_532, gid: 65_532, content: '' },
    { name: 'ckpt/deep/n', type: 'file', mode: 0o600, uid: 65_532, gid: 65_532, content: 'seven' },
  ])
})

test('links, devices and pipes are left out', async () => {
  const { vetted } = await vet(
    tarOf([
      [{ name: 'ckpt/a', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: 'ckpt/b', type: 'link', linkname: 'ckpt/c' }],
      [{ name: 'ckpt/d', type: 'character-device', devmajor: 1, devminor: 1 }],
      [{ name: 'ckpt/e', type: 'fifo' }],
      [{ name: 'ckpt/c' }, 'kept'],
    ]),
  )
  expect(vetted).toMatchObject({ files: [{ path: 'c' }] })
})

test.each([
  'ckpt/../../etc/passwd',
  '/etc/passwd',
  'ckpt//x',
  'ckpt/./x',
  'other/x',
  '..',
  'ckpt/a\\b',
  'ckpt/\u001b[2J',
  `ckpt/${'x'.repeat(200)}`,
  `ckpt${'/d'.repeat(9)}`,
])('one name that could reach elsewhere refuses all: %j', async (name) => {
  expect(pathInside(name)).toBeNull()
  expect(
    (
      await vet(
        tarOf([
          [{ name: 'ckpt/fine' }, 'x'],
          [{ name, type: 'file' }, 'x'],
        ]),
      )
    ).vetted,
  ).toEqual({ kind: 'refused' })
})

test('too many files refuse all, and so does more than a workspace holds, before it is read', async () => {
  expect((await vet(tarOf(Array.from({ length: 1_025 }, (_, i): Entry => [{ name: `ckpt/${i}` }, 'x'])))).vetted).toEqual({ kind: 'refused' })
  const huge = pack()
  // It is cut off in the middle.
  huge.entry({ name: 'ckpt/huge', size: 300 * 1_048_576 }).on('error', () => undefined)
  expect((await vet(Readable.from(huge))).vetted).toEqual({ kind: 'refused' })
})

test('whatever a job names its files, what is kept stays below its folder and says what it holds', async () => {
  const name = fc.string({ maxLength: 40 }).map((text) => `ckpt/${text}`)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 5 }), async (names) => {
      const { vetted, archive } = await vet(tarOf(names.map((one): Entry => [{ name: one, type: 'file' }, one])))
      if (vetted.kind === 'refused') return
      const entries = await entriesOf(archive)
      expect(entries.map(({ header }) => header.name)).toEqual(vetted.files.map(({ path }) => `ckpt/${path}`))
      expect(entries.every(({ header }) => /^ckpt\/[^/]/.test(header.name) && !header.name.split('/').includes('..'))).toBe(true)
    }),
  )
})

test('a source that breaks is an error, not a checkpoint', async () => {
  const broken = Readable.from(
    (async function* () {
      yield (await buffer(tarOf([[{ name: 'ckpt/a' }, 'x'.repeat(5_000)]]))).subarray(0, 2_000)
      throw new Error('cut')
    })(),
  )
  await expect(vet(broken)).rejects.toThrow()
})
