import { expect, test } from 'vitest'
import { createRegistryCheck } from './image-registry.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'ghcr.io': ['140.82.121.33'],
  'registry.example.com': ['93.184.215.14', '2606:2800:21f:cb07::1'],
  '127.0.0.1.nip.io': ['127.0.0.1'],
  'half.example.com': ['93.184.215.14', '192.168.1.1'],
}
const asked: string[] = []
const check = createRegistryCheck(async (host) => {
  asked.push(host)
  const found = NAMES[host]
  if (!found) throw new Error('ENOTFOUND')
  return found
})
const pull = (repository: string, allow: string[] | null = null) =>
  check({ allow }, { name: 'docker', image: DIGEST, archive: null, reference: `${repository}@${DIGEST}` })

test.each(['alpine', 'library/alpine', 'docker.io/library/alpine', 'somebody/thing', 'ghcr.io/a/b', 'registry.example.com:5000/a'])(
  'pulls from %s',
  async (repository) => {
    await expect(pull(repository)).resolves.toBeUndefined()
  },
)

test.each([
  '127.0.0.1:8080/a',
  'localhost/a',
  'localhost:5000/a',
  '192.168.1.1/admin',
  '169.254.169.254/latest',
  '[::1]:5000/a',
  '2130706433.:80/a',
  '0x7f.1/a',
  'router.lan/a',
  'metadata.google.internal/a',
  '127.0.0.1.nip.io:8080/a',
  'half.example.com/a',
  'unknown.example.com/a',
  'registry.example.com:22/a',
  'me@registry.example.com/a',
])('does not let a requester have the engine knock at %s', async (repository) => {
  for (const allow of [null, ['*']])
    await expect(pull(repository, allow)).rejects.toMatchObject({ code: 'runtime.unavailable', message: expect.stringContaining('agent.images.allow') })
})

test('an owner may name an image of his own network, and what comes as an archive is not pulled', async () => {
  await expect(pull('nas.lan:5000/mine', ['nas.lan:5000/mine'])).resolves.toBeUndefined()
  await expect(pull('nas.lan:5000/mine', [DIGEST])).resolves.toBeUndefined()
  await expect(pull('nas.lan:5000/yours', ['nas.lan:5000/mine'])).rejects.toMatchObject({ code: 'runtime.unavailable' })
  await check({ allow: null }, { name: 'docker', image: DIGEST, archive: DIGEST, reference: `localhost/a@${DIGEST}` })
  expect(asked).not.toContain('localhost')
})
