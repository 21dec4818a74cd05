/**
 * electron-updater 6.8.10, which puts updates in place on Windows, macOS and in AppImages. It decides nothing and fetches nothing: it gets no
 * network, no `latest.yml` and no configuration of its own, only the one file that was verified, in the form in which it keeps a finished
 * download (`pending/update-info.json`). It hashes that once more.
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AppUpdater, UpdateInfo } from 'electron-updater'
import type { Logger } from '../../kernel/log.ts'
import type { Installer } from './installer.ts'
import type { Offer } from './update-machine.ts'

export interface ElectronUpdaterDeps {
  readonly platform: NodeJS.Platform
  readonly version: string
  /** Where folders for updates are made, except for an AppImage. */
  readonly directory: string
  /** The file that runs, of an AppImage: `APPIMAGE` in its environment. */
  readonly appImage: string | undefined
  /** Ends the program: `app.quit`. */
  readonly quit: () => void
  readonly log: Logger
}

const CACHE = 'windfall-updater'
/** Never asked: no name below it can exist (RFC 6761). */
const NOWHERE = 'https://release.invalid/'

/** AppImages are replaced within their folder, so that a full disk or another volume cannot leave the owner without one, and keep their name. */
function placeOf({ platform, directory, appImage }: ElectronUpdaterDeps, { artefact }: Offer): { readonly within: string; readonly name: string } {
  if (platform !== 'linux' || !appImage) return { within: directory, name: artefact.name }
  const own = basename(appImage)
  return { within: dirname(appImage), name: own.toLowerCase().endsWith('.appimage') ? own : artefact.name }
}

interface Place {
  readonly folder: string
  readonly name: string
}

/** Opens the platform's installer. Nothing of electron-updater is loaded before there is something to install. */
export function openElectronUpdater(deps: ElectronUpdaterDeps): Installer {
  let place: Place | null = null
  let updater: AppUpdater | null = null
  return {
    async place(offer) {
      const { within, name } = placeOf(deps, offer)
      const folder = await mkdtemp(join(within, '.windfall-update-'))
      place = { folder, name }
      await mkdir(join(folder, CACHE, 'pending'), { recursive: true, mode: 0o700 })
      return join(folder, CACHE, 'pending', name)
    },
    async prepare(file, offer) {
      if (!place) throw new Error('there is no place for it yet')
      updater = await prepared(deps, place, { file, offer })
    },
    install(onFailed) {
      if (!updater) return onFailed(new Error('nothing was prepared'))
      updater.on('error', onFailed)
      updater.quitAndInstall(true, true)
    },
    async clear() {
      if (place) await rm(place.folder, { recursive: true, force: true })
    },
  }
}

async function prepared(deps: ElectronUpdaterDeps, { folder, name }: Place, { file, offer }: { file: string; offer: Offer }): Promise<AppUpdater> {
  const { sha512, size } = offer.artefact
  const configuration = join(folder, 'app-update.yml')
  // JSON is YAML.
  await writeFile(configuration, JSON.stringify({ provider: 'custom', updaterCacheDirName: CACHE }), { mode: 0o600 })
  await writeFile(join(dirname(file), 'update-info.json'), JSON.stringify({ fileName: name, sha512, isAdminRightsRequired: false }), { mode: 0o600 })
  const updater = await createUpdater(deps, { folder, configuration })
  updater.logger = deps.log
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.disableDifferentialDownload = true
  updater.disableWebInstaller = true
  updater.allowDowngrade = false
  updater.isUserWithinRollout = () => true
  feed(updater, { name, offer: { version: offer.version, sha512, size } })
  if ((await updater.checkForUpdates())?.isUpdateAvailable !== true) throw new Error('the installer does not take this version')
  const [taken, ...more] = await updater.downloadUpdate()
  if (taken !== file || more.length > 0) throw new Error('the installer took another file')
  return updater
}

/** Given an application, an updater of electron-updater gets no HTTP client: it cannot fetch anything. */
async function createUpdater(deps: ElectronUpdaterDeps, { folder, configuration }: { folder: string; configuration: string }): Promise<AppUpdater> {
  const { NsisUpdater, MacUpdater, AppImageUpdater } = await load()
  const app = {
    version: deps.version,
    name: 'Windfall',
    isPackaged: true,
    appUpdateConfigPath: configuration,
    userDataPath: folder,
    baseCachePath: folder,
    whenReady: async () => undefined,
    relaunch: () => undefined,
    quit: deps.quit,
    onQuit: () => undefined,
  }
  if (deps.platform === 'win32') return new NsisUpdater(null, app)
  return deps.platform === 'darwin' ? new MacUpdater(undefined, app) : new AppImageUpdater(null, app)
}

/** The package is CommonJS whose exports Node finds only on the whole of it. */
const load = async () => (await import('electron-updater')).default

interface Verified {
  readonly name: string
  readonly offer: { readonly version: string; readonly sha512: string; readonly size: number }
}

/** The one release there is, whatever any server says; it is all that electron-updater asks of a provider for a download it has. */
function feed(updater: AppUpdater, { name, offer: { version, sha512, size } }: Verified): void {
  const file = { url: name, sha512, size }
  const release: UpdateInfo = { version, files: [file], path: name, sha512, releaseDate: '' }
  class VerifiedProvider {
    readonly fileExtraDownloadHeaders = null
    readonly isUseMultipleRangeRequest = false
    readonly setRequestHeaders = () => undefined
    readonly getLatestVersion = async () => release
    readonly resolveFiles = () => [{ url: new URL(name, NOWHERE), info: file }]
  }
  updater.setFeedURL({ provider: 'custom', updateProvider: VerifiedProvider })
}
