import { doubleOf, engine } from '../support/desktop-app.ts'
import { expect, test } from '../support/fixtures.ts'

test('a page that navigates away stays where it is', async ({ app, window }) => {
  const attempts = () => app.evaluate(() => (globalThis as { attempts?: string[] }).attempts)
  await app.evaluate(({ BrowserWindow }) => {
    const seen: string[] = []
    Object.assign(globalThis, { attempts: seen })
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event) => seen.push(`${event.url} ${event.defaultPrevented}`))
  })
  await window.evaluate(() => {
    location.href = 'https://evil.example/'
  })
  await expect.poll(attempts).toEqual(['https://evil.example/ true'])
  await window.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://app-windfall.evil.example/index.html'
    document.body.append(link)
    link.click()
  })
  await expect.poll(attempts).toHaveLength(2)
  expect(new URL(window.url()).pathname).toBe('/index.html')
  await expect(window.getByText(/^earning\b/i).first()).toBeVisible()
})

test('new windows are denied; a known site opens in the owner’s browser', async ({ app, window }) => {
  const urls = ['https://evil.example/', 'javascript:alert(1)', 'https://explorer.solana.com.evil.example/', 'https://explorer.solana.com/tx/abc']
  await window.evaluate((targets) => {
    for (const target of targets) {
      const link = Object.assign(document.createElement('a'), { href: target, target: '_blank', rel: 'noopener' })
      document.body.append(link)
      link.click()
    }
  }, urls)
  if (engine === 'double') {
    const opened = () =>
      doubleOf(app).evaluate(({ electronDouble }) => electronDouble.effects.filter(({ what }) => what === 'shell.openExternal').map(({ detail }) => detail))
    await expect.poll(opened).toEqual(['https://explorer.solana.com/tx/abc'])
  }
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect(app.windows()).toHaveLength(1)
})

test('the content security policy holds', async ({ window }) => {
  // Inside a timer, because the policy does not apply to what the test itself evaluates.
  const blocked = await window.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const found = new Set<string>()
        document.addEventListener('securitypolicyviolation', (event) => found.add(event.effectiveDirective))
        const attempt = (name: string, run: () => unknown) => {
          try {
            run()
          } catch {
            found.add(name)
          }
        }
        const attack = async () => {
          // oxlint-disable-next-line no-implied-eval -- the attack itself
          attempt('eval', () => new Function('return 1')())
          attempt('html', () => (document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'))
          document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { outline: 1px solid red }' }))
          document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://evil.example/' }))
          await fetch('https://evil.example/').catch(() => found.add('fetch'))
          attempt('websocket', () => new WebSocket('wss://evil.example/'))
        }
        // The browser reports a blocked frame when it gets round to it.
        const conclude = (triesLeft: number): void => {
          if (triesLeft === 0 || (found.has('frame-src') && found.has('connect-src'))) resolve([...found])
          else setTimeout(() => conclude(triesLeft - 1), 100)
        }
        setTimeout(() => void attack().finally(() => conclude(600)), 0)
      }),
  )
  expect(blocked).toEqual(expect.arrayContaining(['eval', 'html', 'style-src-elem', 'frame-src', 'fetch', 'connect-src']))
})

test('a page that would hold another one as a webview is refused it', async ({ app, window }) => {
  expect(window.url()).toContain('index.html')
  const refused = await app.evaluate(({ BrowserWindow }) => {
    let prevented = false
    BrowserWindow.getAllWindows()[0]?.webContents.emit('will-attach-webview', { preventDefault: () => void (prevented = true) }, {}, {})
    return prevented
  })
  expect(refused).toBe(true)
})

test('the scheme serves the bundle and nothing beside it', async ({ window }) => {
  const status = (path: string) => window.evaluate(async (target) => (await fetch(target)).status, path)
  expect(await status('/index.html')).toBe(200)
  const outside = [
    '/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e%5c%2e%2e%5cpackage.json',
    '/../main/desktop.mjs',
    '/assets/',
    '/.renderer.sha256',
    '/%2fetc/passwd',
    '/index.html%00',
  ]
  for (const path of outside) expect(await status(path), path).toBe(404)
  expect(await window.evaluate(async () => (await fetch('/index.html', { method: 'POST', body: 'x' })).status)).toBe(404)
})

test('the page has a frozen bridge and no other power', async ({ window }) => {
  const world = await window.evaluate(() => {
    const bridge = windfall
    const replaced = Reflect.set(globalThis, 'windfall', {})
    return {
      foreign: ['require', 'process', 'module'].filter((name) => Reflect.has(globalThis, name)),
      ipc: Object.keys(globalThis).filter((key) => /ipc|electron/i.test(key)),
      frozen: Object.isFrozen(bridge),
      members: Object.keys(bridge).toSorted(),
      replaced: replaced || windfall !== bridge,
    }
  })
  expect(world).toEqual({
    foreign: [],
    ipc: [],
    frozen: true,
    members: ['invoke', 'subscribe'],
    replaced: false,
  })
})

test('what the bridge does not know, it refuses', async ({ window }) => {
  const codes = await window.evaluate(async () => {
    const answers = [
      await windfall.invoke('getStatus', {}),
      await windfall.invoke('nothing', {}),
      await windfall.invoke('__proto__', {}),
      await windfall.invoke('pause', { until: 'tomorrow' }),
      await windfall.invoke('getStatus', { extra: 1 }),
      await windfall.invoke('getStatus', { text: 'x'.repeat(70_000) }),
    ]
    return answers.map((answer) => (answer.ok ? 'ok' : answer.problem.code))
  })
  expect(codes).toEqual(['ok', 'not-found', 'not-found', 'input.invalid', 'input.invalid', 'input.too-large'])
  await expect(window.evaluate(() => windfall.subscribe('secrets', () => {}))).rejects.toThrow('no event')
  await expect(window.evaluate(() => windfall.subscribe('__proto__', () => {}))).rejects.toThrow('no event')
})

test.describe('recorded by the double', () => {
  test.skip(engine !== 'double', 'real Electron does not tell afterwards')

  test('every window is made hardened, in a sandboxed application', async ({ app, window }) => {
    expect(window.url()).toContain('index.html')
    const effects = await doubleOf(app).evaluate(({ electronDouble }) => electronDouble.effects)
    const created = effects.filter(({ what }) => what === 'BrowserWindow').map(({ detail }) => (detail as { webPreferences: object }).webPreferences)
    expect(created).toHaveLength(1)
    expect(created[0]).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    })
    expect(Object.keys(created[0] ?? {}).filter((key) => /blink|features$/i.test(key))).toEqual(['experimentalFeatures'])
    expect(effects.map(({ what }) => what)).toContain('app.enableSandbox')
  })

  test('no permission is ever granted', async ({ app, window }) => {
    expect(window.url()).toContain('index.html')
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'idle-detection', 'local-network-access'])
      expect(await doubleOf(app).evaluate(({ electronDouble }, name) => electronDouble.permissionsFor(name), permission)).toEqual({
        requested: false,
        checked: false,
        device: false,
      })
  })

  test('what the double does not model throws', async ({ app, window }) => {
    expect(window.url()).toContain('index.html')
    await expect(app.evaluate(({ app: electronApp }) => electronApp.getLocale())).rejects.toThrow('app.getLocale is not implemented')
    await expect(app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setFullScreen(true))).rejects.toThrow(
      'BrowserWindow.setFullScreen is not implemented',
    )
  })
})
