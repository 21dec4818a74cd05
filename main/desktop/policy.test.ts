import { describe, expect, test } from 'vitest'
import { isExternalAllowed, isLinkPage, isOwnPage, isTrustedSender } from './policy.ts'

describe('our own page', () => {
  test.each(['app://windfall/index.html', 'app://windfall/index.html#/receipts/1', 'app://windfall/'])('%s is', (url) => expect(isOwnPage(url)).toBe(true))
  test.each([
    'app://windfall.evil/index.html',
    'app://evil/index.html',
    'app://windfall@evil/index.html',
    'app://user@windfall/index.html',
    'app://windfall:8080/index.html',
    'https://windfall/index.html',
    'https://evil.example/?app://windfall/',
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    'about:blank',
    'app:windfall',
    '',
  ])('%s is not', (url) => expect(isOwnPage(url)).toBe(false))
})

describe('who may ask', () => {
  const url = 'app://windfall/index.html'
  test('our page in a top frame', () => expect(isTrustedSender({ url, parent: null })).toBe(true))
  test('never a frame inside it', () => expect(isTrustedSender({ url, parent: {} })).toBe(false))
  test('never another page', () => expect(isTrustedSender({ url: 'https://evil.example/', parent: null })).toBe(false))
  test('never a frame that is already gone', () => expect(isTrustedSender(null)).toBe(false))
})

describe('what opens in the owner’s browser', () => {
  test.each(['https://explorer.solana.com/tx/abc?cluster=custom', 'https://carbonintensity.org.uk/'])('%s does', (url) =>
    expect(isExternalAllowed(url)).toBe(true),
  )
  test.each([
    'http://explorer.solana.com/',
    'https://explorer.solana.com.evil.example/',
    'https://explorer.solana.com@evil.example/',
    'https://user:secret@explorer.solana.com/',
    'https://explorer.solana.com:8443/',
    'https://evil.example/',
    'file:///etc/passwd',
    'smb://host/share',
    'javascript:alert(1)',
    'windfall://receipts',
    '',
  ])('%s does not', (url) => expect(isExternalAllowed(url)).toBe(false))
})

describe('the page on which a wallet signs', () => {
  const PAGE = 'https://windfall.example/link/abc'
  test.each([PAGE, 'http://127.0.0.1:4470/link/abc', 'http://localhost:4470/link/abc', 'http://[::1]:4470/link/abc'])('%s opens, if the agent says so', (url) =>
    expect(isLinkPage(url, url)).toBe(true),
  )
  test.each([
    [PAGE, null],
    [`${PAGE}?x`, PAGE],
    ['https://windfall.example/', PAGE],
    ['https://evil.example/link/abc', PAGE],
  ])('%s does not where the agent says %s', (url, page) => expect(isLinkPage(url, page)).toBe(false))
  test.each([
    'http://windfall.example/link/abc',
    'http://127.0.0.1.evil.example/link/abc',
    'https://u:p@windfall.example/link/abc',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ])('%s never does', (url) => expect(isLinkPage(url, url)).toBe(false))
})
