import { Readable } from 'node:stream'
import { buffer, json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { openImageArchive } from './image-archive.ts'
import { imageOf, tarOf } from './image.fixture.ts'
import { digestOf } from './runtime.ts'

async function unpack(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for await (const entry of Readable.from([archive]).pipe(extract())) files.set(entry.header.name, await buffer(entry))
  return files
}

const parsed = async (bytes: Buffer | undefined): Promise<unknown> => json(Readable.from([bytes ?? Buffer.alloc(0)]))

test('an image is repacked as itself alone, under content digests and a name of ours', async () => {
  const layer = await tarOf({ hello: { content: 'hello' } })
  const { archive, image } = await imageOf(layer, { Cmd: ['/hello'] }, ['debian:latest', 'registry.example/other:1'])
  const opened = await openImageArchive(archive)
  expect(opened.config).toBe(image)
  const files = await unpack(await buffer(opened.pack()))
  for (const [name, bytes] of files) if (name.startsWith('blobs/')) expect(name).toBe(`blobs/${digestOf(bytes).replace(':', '/')}`)
  const layerPath = `blobs/${digestOf(layer).replace(':', '/')}`
  expect(await parsed(files.get('manifest.json'))).toEqual([
    { Config: `blobs/${image.replace(':', '/')}`, RepoTags: [`windfall.local/job:${image.slice(7)}`], Layers: [layerPath] },
  ])
  expect(await parsed(files.get('index.json'))).toMatchObject({ manifests: [{ digest: opened.manifest }] })
  expect(await parsed(files.get(`blobs/${opened.manifest.replace(':', '/')}`))).toMatchObject({
    config: { digest: image },
    layers: [{ digest: digestOf(layer), size: layer.length }],
  })
  expect(Buffer.concat([...files.values()]).includes('debian')).toBe(false)
})

test('repacking is deterministic, and goes round', async () => {
  const { archive } = await imageOf(await tarOf({ hello: { content: 'hello' } }), {})
  const first = await buffer((await openImageArchive(archive)).pack())
  expect(await buffer((await openImageArchive(first)).pack())).toEqual(first)
})

test('a compressed layer is announced as such', async () => {
  const opened = await openImageArchive((await imageOf(gzipSync('layer'), {})).archive)
  const files = await unpack(await buffer(opened.pack()))
  expect(await parsed(files.get(`blobs/${opened.manifest.replace(':', '/')}`))).toMatchObject({
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
  })
})

const manifest = (value: unknown) => tarOf({ 'manifest.json': { content: JSON.stringify(value) }, 'c.json': { content: '{}' }, 'l.tar': { content: 'x' } })

test.each([
  ['nothing', () => tarOf({})],
  ['no tar', async () => Buffer.from('hello')],
  [
    'two images',
    () =>
      manifest([
        { Config: 'c.json', Layers: ['l.tar'] },
        { Config: 'c.json', Layers: ['l.tar'] },
      ]),
  ],
  ['no image', () => manifest([])],
  ['no layer', () => manifest([{ Config: 'c.json', Layers: [] }])],
  ['a layer that is not there', () => manifest([{ Config: 'c.json', Layers: ['../../etc/passwd'] }])],
  ['a configuration that is not there', () => manifest([{ Config: '/etc/passwd', Layers: ['l.tar'] }])],
  ['a configuration that is not JSON', () => manifest([{ Config: 'l.tar', Layers: ['l.tar'] }])],
  ['a huge description', () => tarOf({ 'manifest.json': { content: Buffer.alloc(2_000_000, ' ') } })],
  ['too many files', () => tarOf(Object.fromEntries(Array.from({ length: 2_100 }, (_, i) => [`f${i}`, { content: '' }])))],
])('an archive with %s is refused', async (_what, make) => {
  await expect(openImageArchive(await make())).rejects.toMatchObject({ code: 'runtime.image' })
})
