/** What electron-builder calls for each package of the desktop once its files are there, before it is signed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PackedApp {
  readonly appOutDir: string
  readonly electronPlatformName: string
  readonly packager: { readonly appInfo: { readonly productFilename: string } }
}

const ANYTHING = /(<key>NSAllowsArbitraryLoads<\/key>\s*)<true\/>/g

/** Leaves a Mac application connections to its own machine, and encrypted ones to all others. Error: its Info.plist is not as expected. */
export function afterPack({ appOutDir, electronPlatformName, packager }: PackedApp): void {
  if (electronPlatformName !== 'darwin') return
  const file = join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Info.plist')
  const text = readFileSync(file, 'utf8')
  const told = text.replaceAll(ANYTHING, '$1<false/>')
  if (!/<key>NSAllowsArbitraryLoads<\/key>\s*<false\/>/.test(told))
    throw new Error(`${file} says nothing of NSAllowsArbitraryLoads: look at what electron-builder writes now.`)
  writeFileSync(file, told)
}
