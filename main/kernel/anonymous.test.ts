import { expect, test } from 'vitest'
import { withoutNames } from './anonymous.ts'

const alice = withoutNames({ user: 'alice', host: 'alices-tower.lan', home: '/home/alice', platform: 'linux' })

test.each([
  ['/home/alice/.local/share/windfall cannot be written to', '$HOME/.local/share/windfall cannot be written to'],
  ['chmod 600 "/home/alice/key.pem"', 'chmod 600 "$HOME/key.pem"'],
  ['belongs to alice', 'belongs to $USER'],
  ['malice and alice2 are others', 'malice and alice2 are others'],
  ['reached at alices-tower.lan:7465', 'reached at this-host:7465'],
  ['reached at ALICES-TOWER', 'reached at this-host'],
  ['GPU-5c7a9f3e-1b2d-4c5e-8f90-a1b2c3d4e5f6 is there', 'GPU-5c7a9f3e… is there'],
  ['disk 0123456789abcdef0123456789abcdef', 'disk 01234567…'],
  ['card at 00:1a:2b:3c:4d:5e', 'card at (hardware address)'],
  ['http://alice:secret@proxy.example:3128', 'http://proxy.example:3128'],
  [`docker rmi sha256:${'ab'.repeat(32)}`, `docker rmi sha256:${'ab'.repeat(32)}`],
  ['card at 0000:01:00.0', 'card at 0000:01:00.0'],
])('“%s” is shown as “%s”', (text, shown) => {
  expect(alice(text)).toBe(shown)
})

test('a name that is a word of every report stays, so that the report stays readable', () => {
  const anonymous = withoutNames({ user: 'root', host: 'windfall', home: '/', platform: 'linux' })
  expect(anonymous('runs as root: windfall doctor at /var/run/docker.sock')).toBe('runs as root: windfall doctor at /var/run/docker.sock')
})

test('an account without a name, as in a container, is no word to be looked for', () => {
  expect(withoutNames({ user: '', host: '', home: '', platform: 'linux' })('runs as 10001')).toBe('runs as 10001')
})

test('a name may hold characters that mean something in a pattern, and a replacement is taken literally', () => {
  const anonymous = withoutNames({ user: 'a.b+c', host: 'x', home: '/home/a.b+c', platform: 'linux' })
  expect(anonymous('axbbc and a.b+c')).toBe('axbbc and $USER')
})

test('on Windows the words are those of its shell', () => {
  const anonymous = withoutNames({ user: 'Bob', host: 'BOB-PC', home: 'C:\\Users\\Bob', platform: 'win32' })
  expect(anonymous('C:\\Users\\Bob\\AppData on bob-pc')).toBe('%USERPROFILE%\\AppData on this-host')
})
