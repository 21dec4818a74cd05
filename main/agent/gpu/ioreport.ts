import type { EnergyChannel } from './ioreport-energy.ts'
import { bindLibrary } from './native.ts'

export interface IoReport {
  /** All channels of the energy model, counted since some fixed moment. */
  readonly channels: () => EnergyChannel[]
  readonly close: () => void
}

const FOUNDATION = {
  makeText: 'void *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding)',
  readText: 'uint8_t CFStringGetCString(void *text, void *buffer, int64_t size, uint32_t encoding)',
  get: 'void *CFDictionaryGetValue(void *dictionary, void *key)',
  count: 'int64_t CFArrayGetCount(void *array)',
  at: 'void *CFArrayGetValueAtIndex(void *array, int64_t index)',
  release: 'void CFRelease(void *object)',
} as const
const REPORT = {
  copyChannels: 'void *IOReportCopyChannelsInGroup(void *group, void *subgroup, uint64_t a, uint64_t b, uint64_t c)',
  subscribe: 'void *IOReportCreateSubscription(void *a, void *channels, _Out_ void **subscribed, uint64_t id, void *b)',
  sample: 'void *IOReportCreateSamples(void *subscription, void *subscribed, void *a)',
  name: 'void *IOReportChannelGetChannelName(void *channel)',
  unit: 'void *IOReportChannelGetUnitLabel(void *channel)',
  value: 'int64_t IOReportSimpleGetIntegerValue(void *channel, int32_t index)',
} as const
type Foundation = ReturnType<typeof bindLibrary<keyof typeof FOUNDATION>>

const LIBRARY = '/usr/lib/libIOReport.dylib'
const CORE_FOUNDATION = '/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation'
const UTF8 = 0x0800_0100
const TEXT_BYTES = 256
const MAX_CHANNELS = 4_096

/**
 * The energy model of Apple's chips, read without root. IOReport is a private library: its prototypes are those that the open
 * tools macmon and socpowerbud found and use, and it may be gone with any release of macOS. Throws if it is, or if the Mac has no
 * energy model, as one with an Intel processor.
 */
export function openIoReport({ library = LIBRARY, foundation = CORE_FOUNDATION } = {}): IoReport {
  const [cf, report] = [bindLibrary(foundation, FOUNDATION), bindLibrary(library, REPORT)]
  const group = cf.makeText(null, 'Energy Model', UTF8)
  const wanted = report.copyChannels(group, null, 0, 0, 0)
  cf.release(group)
  if (!wanted) throw new Error('this Mac has no energy model')
  const subscribed: unknown[] = [null]
  const subscription = report.subscribe(null, wanted, subscribed, 0, null)
  if (!subscription || !subscribed[0]) throw new Error('the energy model cannot be subscribed to')
  const key = cf.makeText(null, 'IOReportChannels', UTF8)
  return {
    channels() {
      const sample = report.sample(subscription, subscribed[0], null)
      if (!sample) return []
      try {
        return itemsOf(cf, cf.get(sample, key)).map((channel) => ({
          name: textOf(cf, report.name(channel)),
          unit: textOf(cf, report.unit(channel)),
          value: Number(report.value(channel, 0)),
        }))
      } finally {
        cf.release(sample)
      }
    },
    close: () => [subscribed[0], subscription, wanted, key].forEach((object) => cf.release(object)),
  }
}

function itemsOf(cf: Foundation, array: unknown): unknown[] {
  if (!array) return []
  const count = Math.min(Number(cf.count(array)), MAX_CHANNELS)
  return Array.from({ length: count }, (_, index) => cf.at(array, index)).filter((item) => item !== null)
}

/** The library keeps these texts; they are not ours to release. */
function textOf(cf: Foundation, text: unknown): string {
  const buffer = Buffer.alloc(TEXT_BYTES)
  if (!text || cf.readText(text, buffer, TEXT_BYTES, UTF8) === 0) return ''
  return buffer.toString('utf8', 0, Math.max(0, buffer.indexOf(0)))
}
