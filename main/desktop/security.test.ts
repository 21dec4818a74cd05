/** What no test of behaviour would miss until it is too late: rules on the text of the shell. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentContract } from '../../shared/contract/agent.ts'
import { AGENT_EVENTS, SHELL_EVENTS } from '../../shared/contract/bridge.ts'
import type { Contract } from '../../shared/contract/define.ts'
import { shellContract } from '../../shared/contract/shell.ts'
import { packageRoot } from '../kernel/paths.ts'
import { WEB_PREFERENCES } from './window-options.ts'

const sources = globSync('{main/desktop,preload}/**/*.ts', { cwd: packageRoot })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(join(packageRoot, file), 'utf8') }))

test('sees the code', () => expect(sources.length).toBeGreaterThan(15))

test('every window spreads the frozen preferences, last word included', () => {
  const calls = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/new (?:BrowserWindow|WebContentsView|BrowserView)\(/g)].map((match) => ({ file, text: text.slice(match.index, match.index + 900) })),
  )
  expect(calls).toHaveLength(1)
  for (const call of calls) expect(call.text, call.file).toMatch(/webPreferences: \{ \.\.\.WEB_PREFERENCES, preload \}/)
  expect(Object.isFrozen(WEB_PREFERENCES)).toBe(true)
  expect(WEB_PREFERENCES).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })
})

test('nothing weakens the process', () => {
  const forbidden =
    /executeJavaScript|enableBlinkFeatures|webSecurity: false|sandbox: false|contextIsolation: false|nodeIntegration: true|loadFile\(|remote-debugging|bypassCSP|disable-web-security|no-sandbox|ipcRenderer\.sendSync|exposeInMainWorld\((?!'windfall')/
  expect(sources.filter(({ text }) => forbidden.test(text)).map(({ file }) => file)).toEqual([])
})

test('one place opens addresses outside, and asks the policy first', () => {
  const callers = sources.filter(({ text }) => text.includes('openExternal('))
  expect(callers.map(({ file }) => file)).toEqual(['main/desktop/lockdown.ts'])
  expect(callers[0]?.text.match(/openExternal\(/g)).toHaveLength(1)
  expect(callers[0]?.text).toContain('if (isExternalAllowed(url) || isLinkPage(url, await askLinkPage())) await shell.openExternal(url)')
})

test('one channel answers, and only through the sender check', () => {
  const handlers = sources.filter(({ text }) => /ipcMain\.(handle|on|once|handleOnce)\(/.test(text))
  expect(handlers.map(({ file }) => file)).toEqual(['main/desktop/ipc.ts'])
  expect(handlers[0]?.text).toContain('answerIpc({ frame: event.senderFrame')
})

const eventsOf = (contract: Contract) =>
  Object.entries(contract)
    .filter(([, declared]) => declared.is === 'event')
    .map(([name]) => name)

test('the bridge knows every event of both contracts, and nothing else', () => {
  expect(AGENT_EVENTS.toSorted()).toEqual(eventsOf(agentContract).toSorted())
  expect(SHELL_EVENTS.toSorted()).toEqual(eventsOf(shellContract).toSorted())
})

test('every page is held to the policy: no webview, no way elsewhere, no new window', () => {
  const text = sources.find(({ file }) => file.endsWith('/lockdown.ts'))?.text ?? ''
  for (const rule of ["contents.on('will-attach-webview', (event) => event.preventDefault())", "contents.on('will-navigate'", "{ action: 'deny' }"])
    expect(text).toContain(rule)
  expect(sources.some(({ text: other }) => other.includes("action: 'allow'"))).toBe(false)
})
