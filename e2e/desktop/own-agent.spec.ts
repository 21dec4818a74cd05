import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readInstance } from '../../main/kernel/instance-file.ts'
import { holdDirectory } from '../../main/kernel/instance-lock.ts'
import { type DesktopApp, doubleOf, engine } from '../support/desktop-app.ts'
import { expect, loadedWindow, test } from '../support/fixtures.ts'
import { filesWithKey, openMachinePage, sealedFiles, statusIn, waitForSetup, writePlainKey } from '../support/own-agent.ts'
import { startService, windfall } from '../support/windfall.ts'

const NO_KEYRING = { switches: ['--password-store=basic'] }

const hasKeychain = (app: DesktopApp) =>
  app.evaluate(({ safeStorage }) => process.platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend()))

/** A session of this machine may have no keychain; the double's always has one. */
async function needsKeychain(app: DesktopApp): Promise<void> {
  const has = await hasKeychain(app)
  if (engine === 'double') expect(has).toBe(true)
  test.skip(!has, 'this session has no keychain')
}

/** The private key that the application keeps, as only it can open it. */
const keptKey = (app: DesktopApp, file: string) =>
  app.evaluate(async ({ safeStorage }, base64) => (await safeStorage.decryptStringAsync(Buffer.from(base64, 'base64'))).result, readFileSync(file, 'base64'))

test.describe('on an empty directory', () => {
  test('the application runs an agent of its own, which others find, and which ends with it', async ({ launchApp, dataDirectory }) => {
    const app = await launchApp()
    const window = await loadedWindow(app)
    await waitForSetup(window)
    await window.getByRole('link', { name: 'Home', exact: true }).click()
    await expect(window.getByText(/no coordinator is set/i).first()).toBeVisible()
    const { node } = await statusIn(window)
    expect(node.nodeId).toMatch(/^[\w-]{43}$/)
    expect(readInstance(dataDirectory)?.agent?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await windfall(['agent', '--data', dataDirectory])).stderr).toContain('already using')
    const status = await windfall(['status', '--json', '--data', dataDirectory])
    expect(JSON.parse(status.stdout)).toMatchObject({ node: { nodeId: node.nodeId } })
    if (process.platform !== 'win32') expect(statSync(join(dataDirectory, 'desktop')).mode & 0o077).toBe(0)

    await app.close()
    expect(existsSync(join(dataDirectory, 'windfall.json'))).toBe(false)
    holdDirectory(dataDirectory, 'agent')[Symbol.dispose]()
  })

  test('the device key is sealed by the keychain, readable in no file, and the same after a restart', async ({ launchApp, dataDirectory }) => {
    const app = await launchApp()
    const window = await loadedWindow(app)
    const first = (await statusIn(window)).node
    await needsKeychain(app)
    expect(first.key).toMatchObject({ sealed: true, keptIn: expect.stringMatching(/keychain|DPAPI|keyring|KWallet/i) })
    await openMachinePage(window)
    await expect(window.getByText(first.key.keptIn)).toBeVisible()
    const [file = ''] = sealedFiles(dataDirectory)
    const pem = await keptKey(app, join(dataDirectory, file))
    expect(filesWithKey(dataDirectory, pem)).toEqual([])
    await app.close()
    expect(filesWithKey(dataDirectory, pem)).toEqual([])

    const again = await launchApp()
    expect((await statusIn(await loadedWindow(again))).node).toEqual(first)
  })

  test('without a keychain the key is a plain file, and the status says so', async ({ launchApp, dataDirectory }) => {
    test.skip(process.platform !== 'linux', 'other systems always have a keychain')
    const window = await loadedWindow(await launchApp(NO_KEYRING))
    const { key } = (await statusIn(window)).node
    expect(key).toMatchObject({ sealed: false, keptIn: 'a file protected only by this user account' })
    expect(sealedFiles(dataDirectory)).toEqual([])
    await openMachinePage(window)
    await expect(window.getByText('a file protected only by this user account')).toBeVisible()
    await expect(window.getByText('Not sealed')).toBeVisible()
    const pem = readFileSync(join(dataDirectory, 'device-key.pem'), 'utf8')
    expect(filesWithKey(dataDirectory, pem)).toEqual(['device-key.pem'])
  })
})

test('a plain key of the command line is sealed, its file removed, and the node stays the same', async ({ launchApp, dataDirectory }) => {
  const { file, pem, nodeId } = writePlainKey(dataDirectory)
  const app = await launchApp()
  const { node } = await statusIn(await loadedWindow(app))
  await needsKeychain(app)
  expect(node).toMatchObject({ nodeId, key: { sealed: true } })
  expect(existsSync(file)).toBe(false)
  expect(sealedFiles(dataDirectory)).toHaveLength(1)
  expect(filesWithKey(dataDirectory, pem)).toEqual([])
})

test('a sealed key is never replaced because the keychain is away', async ({ launchApp, dataDirectory }) => {
  test.skip(process.platform !== 'linux' || engine !== 'double', 'on real Electron the message is a box that waits for its owner')
  const first = await launchApp()
  const { nodeId } = (await statusIn(await loadedWindow(first))).node
  await first.close()

  const second = await launchApp(NO_KEYRING)
  expect(await second.exited).toBe(1)
  expect(doubleOf(second).output()).toContain('was sealed by the keychain of a desktop session')
  expect(existsSync(join(dataDirectory, 'device-key.pem'))).toBe(false)

  const third = await launchApp()
  expect((await statusIn(await loadedWindow(third))).node.nodeId).toBe(nodeId)
})

test('an agent of the command line is joined, not doubled', async ({ launchApp, dataDirectory }) => {
  const service = await startService<{ nodeId: string }>(['agent', '--json', '--data', dataDirectory])
  const app = await launchApp()
  const window = await loadedWindow(app)
  await expect.poll(() => statusIn(window).then(({ node }) => node.nodeId, String)).toBe(service.ready.nodeId)
  expect(readInstance(dataDirectory)?.pid).toBe(service.pid)
  await app.close()
  expect(service.alive()).toBe(true)
  expect(await service.stop()).toBe(0)
})

test('settings that are wrong end the application with words', async ({ launchApp, dataDirectory }) => {
  test.skip(engine !== 'double', 'on real Electron the message is a box that waits for its owner')
  writeFileSync(join(dataDirectory, 'settings.json'), JSON.stringify({ agent: { zone: 5 } }))
  const app = await launchApp()
  expect(await app.exited).toBe(1)
  expect(doubleOf(app).output()).toMatch(/settings are not valid.*zone/)
})

test.describe('whether somebody is there', () => {
  test.skip(engine !== 'double', 'the double’s keyboard can be left alone for an hour')
  const X11 = { DISPLAY: ':0', WAYLAND_DISPLAY: '', XDG_SESSION_TYPE: 'x11' }

  test('is what the desktop tells, each second', async ({ launchApp }) => {
    const app = await launchApp({ environment: X11 })
    const window = await loadedWindow(app)
    await expect.poll(() => reasonCodes(window)).toContain('owner-present')
    await leave(app)
    await expect.poll(() => reasonCodes(window)).not.toContain('owner-present')
  })

  test('is unknown under Wayland, whatever the desktop tells, and nothing starts then', async ({ launchApp }) => {
    const app = await launchApp({ environment: { ...X11, WAYLAND_DISPLAY: 'wayland-0', XDG_SESSION_TYPE: 'wayland' } })
    const window = await loadedWindow(app)
    await leave(app)
    expect(await app.evaluate(({ powerMonitor }) => powerMonitor.getSystemIdleTime())).toBe(3_600)
    expect(await reasonCodes(window)).toContain('presence-unknown')
  })
})

const leave = (app: DesktopApp) =>
  app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 3_600
  })

const reasonCodes = async (window: Parameters<typeof statusIn>[0]) => (await statusIn(window)).reasons.map(({ code }) => code)
