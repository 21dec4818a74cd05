import { expect, test } from 'vitest'
import { clearCookie, readCookie, requireOwnPage, setCookie } from './cookies.ts'

const HERE = 'https://windfall.example'
const LOCAL = 'http://127.0.0.1:7465'

test('over https a cookie is one that this host alone can set, and on this machine one that does without https', () => {
  const cookie = { name: 'windfall-session', value: 'wfs_x', seconds: 3_600.7 } as const
  expect(setCookie(HERE, cookie)).toBe('__Host-windfall-session=wfs_x; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure')
  expect(setCookie(LOCAL, cookie)).toBe('windfall-session=wfs_x; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax')
  expect(clearCookie(HERE, 'windfall-session')).toContain('Max-Age=0')
  expect(readCookie({ cookie: 'a=b; __Host-windfall-session=wfs_x' }, HERE, 'windfall-session')).toBe('wfs_x')
})

test.each([
  ['none', undefined],
  ['one without the prefix, which any neighbour can set', 'windfall-session=wfs_x'],
  ['an empty one', '__Host-windfall-session='],
  ['two, of which somebody else has put one there', '__Host-windfall-session=wfs_x; __Host-windfall-session=wfs_y'],
])('reads no cookie where there is %s', (_, cookie) => expect(readCookie(cookie === undefined ? {} : { cookie }, HERE, 'windfall-session')).toBeNull())

const own = { origin: HERE, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
test.each([
  ['a page of ours changes something', 'POST', own],
  ['in a browser that says less', 'POST', { origin: HERE, 'content-type': 'application/json; charset=utf-8' }],
  ['a page of ours uploads', 'PUT', { origin: HERE, 'content-type': 'application/octet-stream' }],
  ['somebody types the address', 'GET', { 'sec-fetch-site': 'none' }],
  ['a page of ours reads', 'GET', { 'sec-fetch-site': 'same-origin' }],
])('is done when %s', (_, method, headers) => expect(() => requireOwnPage({ method, headers }, HERE)).not.toThrow())

test.each([
  ['another site asks', 'POST', { ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another site asks, and the browser says less', 'POST', { ...own, origin: 'https://evil.example', 'sec-fetch-site': undefined }],
  ['a neighbour asks', 'POST', { ...own, origin: 'https://evil.windfall.example', 'sec-fetch-site': 'same-site' }],
  ['another port asks', 'POST', { ...own, origin: `${HERE}:8443` }],
  ['the same name asks without encryption', 'POST', { ...own, origin: 'http://windfall.example' }],
  ['nobody says who asks', 'POST', { ...own, origin: undefined }],
  ['a page in a sandbox asks', 'POST', { ...own, origin: 'null' }],
  ['a form of the same page asks', 'POST', { ...own, 'content-type': 'text/plain' }],
  ['a form asks that calls itself JSON', 'POST', { ...own, 'content-type': 'text/plain; application/json' }],
  ['nothing says what is sent', 'POST', { ...own, 'content-type': undefined }],
  ['the address bar would change something', 'POST', { ...own, 'sec-fetch-site': 'none' }],
  ['another site uploads', 'PUT', { origin: 'https://evil.example', 'content-type': 'application/octet-stream' }],
  ['another site reads', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbour reads', 'GET', { 'sec-fetch-site': 'same-site' }],
])('is not done when %s', (_, method, headers) => expect(() => requireOwnPage({ method, headers }, HERE)).toThrow(/A page of another site/))
