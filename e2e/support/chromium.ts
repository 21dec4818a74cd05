import { existsSync } from 'node:fs'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Nothing outside this machine resolves, whatever a page asks for. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
]

/**
 * The browser the tests drive: `WINDFALL_CHROMIUM`, an installed Chromium, or the one that ships as an npm package
 * with its own libraries, so that a bare machine needs nothing else.
 */
export async function chromiumPath(): Promise<string> {
  const wanted = process.env['WINDFALL_CHROMIUM']
  if (wanted) {
    if (!existsSync(wanted)) throw new Error(`WINDFALL_CHROMIUM points to ${wanted}, which does not exist.`)
    return wanted
  }
  return INSTALLED.find((path) => existsSync(path)) ?? bundledChromium()
}

async function bundledChromium(): Promise<string> {
  // The package unpacks its shared libraries only where it believes to be on a bare cloud image.
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs22.x'
  const { default: chromium } = await import('@sparticuz/chromium')
  return chromium.executablePath()
}
