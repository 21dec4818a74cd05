/*
 * Test double of pdh.dll, gdi32.dll, cfgmgr32.dll and kernel32.dll in one. The ABI follows Microsoft's public pdh.h, d3dkmthk.h,
 * cfgmgr32.h and emi.h for 64-bit Windows; the code is our own.
 *
 * It plays a PC with an NVIDIA card at 01:00.0 (LUID 0:c739), an integrated GPU at 00:02.0 (LUID 0:b100) and Windows' software
 * renderer (LUID 0:a000), and a processor with one energy meter per core, of which one has the package too.
 * -DWITHOUT_GPU: no graphics counters. -DWITHOUT_METERS: no energy meters. -DGROWING: processes appear between two calls.
 */
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { OK = 0, MORE_DATA = (int)0x800007D2, NO_DATA = (int)0x800007D5, NO_OBJECT = (int)0xC0000BB8, INVALID_DATA = (int)0xC0000BBA };
enum { FMT_LARGE = 0x400, FMT_DOUBLE = 0x200, FMT_NOCAP100 = 0x8000 };

typedef struct { const char *name; uint32_t status; double value; } Reading;
typedef struct { uint64_t name; uint32_t status; uint32_t padding; union { double real; int64_t large; } value; } Item;

static int query, engine_counter, memory_counter, collections, asked;

static const Reading ENGINES[] = {
  { "pid_4242_luid_0x00000000_0x0000C739_phys_0_eng_0_engtype_3D", 0, 61.5 },
  { "pid_77_luid_0x00000000_0x0000C739_phys_0_eng_0_engtype_3D", 1, 20.0 },
  { "pid_77_luid_0x00000000_0x0000C739_phys_0_eng_5_engtype_Copy", 0, 3.0 },
  { "pid_900_luid_0x00000000_0x0000C739_phys_0_eng_0_engtype_3D", 0, 0.2 },
  { "pid_900_luid_0x00000000_0x0000B100_phys_0_eng_1_engtype_VideoDecode", 0, 12.0 },
  { "pid_901_luid_0x00000000_0x0000B100_phys_0_eng_1_engtype_VideoDecode", (uint32_t)INVALID_DATA, 99.0 },
  { "pid_902_luid_0x00000000_0x0000B100_phys_0_eng_1_engtype_VideoDecode", 0, 5.0 },
};
static const Reading MEMORY[] = {
  { "luid_0x00000000_0x0000C739_phys_0", 0, 1073741824.0 },
  { "luid_0x00000000_0x0000B100_phys_0", 0, 1048576.0 },
  { "luid_0x00000000_0x0000A000_phys_0", 0, 0.0 },
};

static int same_text(const uint16_t *wide, const char *text) {
  while (*text && *wide == (unsigned char)*text) wide++, text++;
  return *wide == 0 && *text == 0;
}
static void put_text(uint16_t *wide, const char *text) {
  do *wide++ = (unsigned char)*text; while (*text++);
}

EXPORT uint32_t PdhOpenQueryW(const void *source, uintptr_t user, void **out) {
  (void)source, (void)user;
  *out = &query;
  return OK;
}

EXPORT uint32_t PdhAddEnglishCounterW(void *of, const uint16_t *path, uintptr_t user, void **out) {
  (void)user;
#ifdef WITHOUT_GPU
  return NO_OBJECT;
#endif
  if (of != &query) return INVALID_DATA;
  if (same_text(path, "\\GPU Engine(*)\\Utilization Percentage")) *out = &engine_counter;
  else if (same_text(path, "\\GPU Adapter Memory(*)\\Dedicated Usage")) *out = &memory_counter;
  else return NO_OBJECT;
  return OK;
}

EXPORT uint32_t PdhCollectQueryData(void *of) {
  if (of != &query) return INVALID_DATA;
  collections++;
  return OK;
}

EXPORT uint32_t PdhGetFormattedCounterArrayW(void *counter, uint32_t format, uint32_t *bytes, uint32_t *count, Item *items) {
  const int is_engine = counter == &engine_counter;
  const Reading *readings = is_engine ? ENGINES : MEMORY;
  uint32_t n = is_engine ? sizeof ENGINES / sizeof *ENGINES : sizeof MEMORY / sizeof *MEMORY, need = 0;
  if (format != (is_engine ? FMT_DOUBLE | FMT_NOCAP100 : FMT_LARGE)) return INVALID_DATA;
  /* A rate needs two collections. */
  if (is_engine && collections < 2) return NO_DATA;
#ifdef GROWING
  if (is_engine && asked++ == 0) n -= 3;
#else
  (void)asked;
#endif
  for (uint32_t i = 0; i < n; i++) need += sizeof(Item) + 2 * (strlen(readings[i].name) + 1);
  if (!items || *bytes < need) {
    *bytes = need;
    return MORE_DATA;
  }
  uint16_t *text = (uint16_t *)(items + n);
  for (uint32_t i = 0; i < n; i++) {
    items[i] = (Item){ (uint64_t)(uintptr_t)text, readings[i].status, 0, { 0 } };
    if (is_engine) items[i].value.real = readings[i].value;
    else items[i].value.large = (int64_t)readings[i].value;
    put_text(text, readings[i].name);
    text += strlen(readings[i].name) + 1;
  }
  *count = n;
  return OK;
}

EXPORT uint32_t PdhCloseQuery(void *of) { return of == &query ? OK : INVALID_DATA; }

typedef struct { uint32_t low; int32_t high; uint32_t handle; } OpenFromLuid;
typedef struct { uint32_t handle; int32_t type; void *data; uint32_t bytes; } QueryInfo;

EXPORT int32_t D3DKMTOpenAdapterFromLuid(OpenFromLuid *args) {
  if (args->high != 0) return -1;
  args->handle = args->low == 0xC739 ? 1 : args->low == 0xB100 ? 2 : args->low == 0xA000 ? 3 : 0;
  return args->handle ? 0 : -1;
}

EXPORT int32_t D3DKMTQueryAdapterInfo(QueryInfo *args) {
  static const uint32_t ADDRESS[][3] = { { 1, 0, 0 }, { 0, 2, 0 }, { 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF } };
  static const uint32_t IDS[][7] = { { 0, 0x10DE, 0x2684 }, { 0, 0x8086, 0x4680 }, { 0, 0x1414, 0x8C } };
  const uint32_t at = args->handle - 1;
  if (at > 2) return -1;
  if (args->type == 6 && args->bytes == sizeof *ADDRESS) memcpy(args->data, ADDRESS[at], sizeof *ADDRESS);
  else if (args->type == 31 && args->bytes == sizeof *IDS) memcpy(args->data, IDS[at], sizeof *IDS);
  else return -1;
  return 0;
}

EXPORT int32_t D3DKMTCloseAdapter(const uint32_t *handle) { return *handle ? 0 : -1; }

/* Two devices: core 1 alone, then the package with core 0. */
static const char DEVICES[] = "\\\\?\\emi1\0\\\\?\\emi0\0";
static const uint8_t METER_GUID[16] = { 0x44, 0x83, 0xbd, 0x45, 0xd6, 0x7e, 0xcf, 0x49, 0xa4, 0x40, 0xc2, 0x76, 0xc9, 0x33, 0xb0, 0x53 };
static uint64_t picowatt_hours = 1000000000000ull;

EXPORT uint32_t CM_Get_Device_Interface_List_SizeW(uint32_t *length, const void *guid, const void *device, uint32_t flags) {
  if (memcmp(guid, METER_GUID, 16) || device || flags) return 13;
#ifdef WITHOUT_METERS
  *length = 1;
#else
  *length = sizeof DEVICES;
#endif
  return 0;
}

EXPORT uint32_t CM_Get_Device_Interface_ListW(const void *guid, const void *device, uint16_t *buffer, uint32_t length, uint32_t flags) {
  if (memcmp(guid, METER_GUID, 16) || device || flags) return 13;
  for (uint32_t i = 0; i < length; i++) buffer[i] = length == 1 ? 0 : (unsigned char)DEVICES[i];
  return 0;
}

EXPORT intptr_t CreateFileW(const uint16_t *path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, intptr_t like) {
  (void)security, (void)flags, (void)like;
  if (access != 0x80000000 || share != 3 || how != 3) return -1;
  return same_text(path, "\\\\?\\emi0") ? 100 : same_text(path, "\\\\?\\emi1") ? 101 : -1;
}

static uint32_t put_channel(uint8_t *at, const char *name) {
  const uint16_t bytes = 2 * (strlen(name) + 1);
  uint16_t wide[64];
  memset(at, 0, 4);
  memcpy(at + 4, &bytes, 2);
  put_text(wide, name);
  memcpy(at + 6, wide, bytes);
  return 6 + bytes;
}

static uint32_t metadata(intptr_t device, uint8_t *out) {
  const uint16_t channels = device == 100 ? 2 : 1;
  uint32_t size = 68;
  memset(out, 0, size);
  memcpy(out + 66, &channels, 2);
  if (device == 100) size += put_channel(out + size, "RAPL_Package0_Core0_CORE");
  return size + put_channel(out + size, device == 100 ? "RAPL_Package0_PKG" : "RAPL_Package0_Core1_CORE");
}

EXPORT int DeviceIoControl(intptr_t device, uint32_t code, void *in, uint32_t in_bytes, void *out, uint32_t bytes, uint32_t *returned, void *overlapped) {
  uint8_t answer[512];
  uint32_t size = 0;
  (void)in, (void)in_bytes, (void)overlapped;
  if (device != 100 && device != 101) return 0;
  if (code == 0x224000) size = 2, memcpy(answer, (uint16_t[]){ 2 }, 2);
  else if (code == 0x224004) size = 4, memcpy(answer, (uint32_t[]){ metadata(device, answer) }, 4);
  else if (code == 0x224008) size = metadata(device, answer);
  else if (code == 0x22400C) {
    /* Each look costs 10 J of the package. */
    picowatt_hours += 2777777778ull;
    memcpy(answer, (uint64_t[]){ 5, 1, picowatt_hours, 1 }, size = device == 100 ? 32 : 16);
  }
  if (!size || size > bytes) return 0;
  memcpy(out, answer, *returned = size);
  return 1;
}

EXPORT int CloseHandle(intptr_t device) { return device == 100 || device == 101; }
