import { type FailureCode, failures } from '../../shared/errors.ts'
import { failureWords } from '../../shared/failure-words.ts'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function sectionOf([code, { status, retry }]: readonly [string, { readonly status: number; readonly retry: boolean }]): string {
  const { title, advice } = failureWords[code as FailureCode]
  const again = retry ? 'The same request may succeed later.' : 'The same request fails again.'
  return `<section id="${code}"><h2>${escape(title)}</h2><p><code>${code}</code> · HTTP ${status} · ${again}</p><p>${escape(advice)}</p></section>`
}

export const PROBLEMS_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
} as const

/** Where the `type` of a problem document leads to: one section for each code. HTML that loads and runs nothing. */
export const problemsPage = (): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark"><title>Problems · Windfall</title></head><body><main><h1>Problems</h1>',
    '<p>Every error is a problem document (RFC 9457). Its <code>code</code> is for programs, its <code>detail</code> says what happened this time.</p>',
    ...Object.entries(failures).map(sectionOf),
    '</main></body></html>',
  ].join('\n')
