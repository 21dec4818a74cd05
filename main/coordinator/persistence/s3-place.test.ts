import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addressOf, readS3Keys } from './s3-place.ts'

const AWS = { bucket: 'blobs', endpoint: null, region: 'eu-west-2', prefix: 'a/', pathStyle: null }

test.each([
  ['AWS', {}, 'https://blobs.s3.eu-west-2.amazonaws.com/a/key'],
  ['AWS with a dot in the name, which no certificate covers', { bucket: 'my.blobs' }, 'https://s3.eu-west-2.amazonaws.com/my.blobs/a/key'],
  ['an endpoint of one’s own', { endpoint: 'http://minio:9000' }, 'http://minio:9000/blobs/a/key'],
  ['an endpoint with a path', { endpoint: 'https://store.example/s3/' }, 'https://store.example/s3/blobs/a/key'],
  ['an endpoint that has buckets in host names', { endpoint: 'https://store.example', pathStyle: false }, 'https://blobs.store.example/a/key'],
  ['a bucket without a prefix', { prefix: '' }, 'https://blobs.s3.eu-west-2.amazonaws.com/key'],
])('the address in %s', (_, changes, address) => {
  expect(addressOf({ ...AWS, ...changes }, 'key').href).toBe(address)
})

test('the address of the bucket itself has no key', () => {
  expect(addressOf({ ...AWS, endpoint: 'http://minio:9000' }, '').href).toBe('http://minio:9000/blobs/')
})

function keysFile(text: string, mode = 0o600): string {
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-keys-')), 'credentials')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}
const KEYS = '# of the blobs\n[default]\naws_access_key_id = AKIA1\naws_secret_access_key=a/b+c=\n\n[other]\naws_access_key_id = AKIA2\n'

test('keys are read from the default section of a credentials file', () => {
  expect(readS3Keys(keysFile(KEYS))).toEqual({ accessKeyId: 'AKIA1', secretAccessKey: 'a/b+c=', sessionToken: null })
  expect(readS3Keys(keysFile(`${KEYS}[default]\naws_session_token = t\n`)).sessionToken).toBe('t')
})

test.each([
  ['that others may read', () => keysFile(KEYS, 0o644), /other users may read it\. Run: chmod 600/],
  ['without a secret', () => keysFile('[default]\naws_access_key_id = AKIA1'), /needs the lines aws_access_key_id/],
  ['that is not there', () => '/nowhere/credentials', /There is no file/],
])('a credentials file %s stops the start', (_, file, message) => {
  expect(() => readS3Keys(file())).toThrow(expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(message) }))
})
