import type { Device } from '../../../shared/contract/device.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { hasDriver } from '../../lib/device-text.ts'
import { formatMemory, formatUncertainty, formatWatts } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'

/** What a support thread would ask for. */
export const DeviceDetails = ({ device }: { device: Device }) => (
  <Disclosure name={`device ${device.deviceId}`} summary={t('Details')}>
    {() => <DetailFacts device={device} />}
  </Disclosure>
)

function DetailFacts({ device: { reader, driver, busId, deviceId, vramBytes, powerLimitW, instances, at, sensor } }: { device: Device }) {
  const now = useNow()
  return (
    <Facts
      rows={{
        [t('Read by')]: reader,
        [t('Last reading')]: at === null ? t('None yet') : <Moment at={at} now={now} />,
        [t('Uncertainty')]: rich('{uncertainty} (k = 2): {basis}', {
          uncertainty: formatUncertainty(sensor.uncertaintyPct),
          basis: <Foreign>{sensor.basis}</Foreign>,
        }),
        [t('Driver')]: hasDriver(driver) ? driver : null,
        [t('PCI address')]: busId,
        [t('Power limit')]: powerLimitW === null ? t('Not known') : formatWatts(powerLimitW),
        [t('Memory')]: vramBytes === null ? null : formatMemory(vramBytes),
        [t('MIG instances')]: instances,
        [t('Device id')]: (
          <>
            <CopyId value={deviceId} what={t('device id')} /> <small>{t('a hash; the hardware’s own id never leaves this computer')}</small>
          </>
        ),
      }}
    />
  )
}
