/*
 * Test double of libnvidia-ml.so.1. The ABI follows NVIDIA's public nvml.h (API 13); the code is our own.
 *
 *   cc -O2 -shared -fPIC -o libnvidia-ml.so.1 nvml.fake.c -ldl      (-DWITHOUT_FIELD_VALUES: an older driver)
 *
 * It plays the machine described in "<path of this library>.control", a text file that is read again whenever it
 * changes, so that a test can drive a library that another process has loaded. One "key value" per line:
 *
 *   driver 595.71.05          init_return 0
 *   frozen 1                  crash 1                  hang_ms 0
 *   device GPU-1111           name NVIDIA RTX 4090     bus 00000000:01:00.0     architecture 8
 *   limit_mw 450000           power_mw 312500          average_mw 300000        energy_mj 1000000
 *   live 1                    energy_return 3          power_return 3           field_return 3
 *   lost 1                    gpu 97                   memory 55                temperature 71
 *   vram_total 25769803776    vram_used 1073741824     process 4242 8589934592
 *
 * Keys after a "device" line belong to that device. "live 1" adds power_mw x CLOCK_MONOTONIC to energy_mj: the
 * counter then runs in the machine, as a driver's does, and survives a restart of the process that reads it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

enum { MAX_DEVICES = 8, MAX_PROCESSES = 32, TEXT = 96 };
enum { OK = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, LOST = 15 };
enum { FIELD_TOTAL_ENERGY = 83, FIELD_POWER_AVERAGE = 185, FIELD_POWER_INSTANT = 186, FIELD_ENERGY = 191 };

typedef struct {
  unsigned pid;
  unsigned long long bytes;
} process_state;

typedef struct {
  char uuid[TEXT], name[TEXT], bus[32];
  unsigned architecture, limit_mw, power_mw, average_mw, gpu, memory, temperature;
  unsigned long long energy_mj, vram_total, vram_used;
  int live, energy_return, power_return, field_return, lost, process_count;
  process_state processes[MAX_PROCESSES];
} device_state;

typedef device_state *nvmlDevice_t;
typedef struct { unsigned gpu, memory; } nvmlUtilization_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned pid; unsigned long long usedGpuMemory; unsigned gpuInstanceId, computeInstanceId; } nvmlProcessInfo_t;
typedef struct {
  unsigned fieldId, scopeId;
  long long timestamp, latencyUsec;
  int valueType, nvmlReturn;
  union { double d; unsigned ui; unsigned long long ull; } value;
} nvmlFieldValue_t;
typedef struct { char busIdLegacy[16]; unsigned domain, bus, device, pciDeviceId, pciSubSystemId; char busId[32]; } nvmlPciInfo_t;

static device_state devices[MAX_DEVICES];
static int device_count, initialised, init_return, frozen, crash, hang_ms;
static char driver[TEXT] = "595.71.05";
static struct stat seen;

static const char *control_path(void) {
  static char path[4096];
  Dl_info self;
  if (!path[0] && dladdr((void *)control_path, &self)) snprintf(path, sizeof path, "%s.control", self.dli_fname);
  return path;
}

static void apply_device(device_state *d, const char *key, const char *value) {
  unsigned long long n = strtoull(value, NULL, 10);
  if (!strcmp(key, "name")) snprintf(d->name, TEXT, "%s", value);
  else if (!strcmp(key, "bus")) snprintf(d->bus, sizeof d->bus, "%s", value);
  else if (!strcmp(key, "architecture")) d->architecture = n;
  else if (!strcmp(key, "limit_mw")) d->limit_mw = n;
  else if (!strcmp(key, "power_mw")) d->power_mw = n;
  else if (!strcmp(key, "average_mw")) d->average_mw = n;
  else if (!strcmp(key, "energy_mj")) d->energy_mj = (unsigned long long)strtoll(value, NULL, 10);
  else if (!strcmp(key, "live")) d->live = n;
  else if (!strcmp(key, "energy_return")) d->energy_return = n;
  else if (!strcmp(key, "power_return")) d->power_return = n;
  else if (!strcmp(key, "field_return")) d->field_return = n;
  else if (!strcmp(key, "lost")) d->lost = n;
  else if (!strcmp(key, "gpu")) d->gpu = n;
  else if (!strcmp(key, "memory")) d->memory = n;
  else if (!strcmp(key, "temperature")) d->temperature = n;
  else if (!strcmp(key, "vram_total")) d->vram_total = n;
  else if (!strcmp(key, "vram_used")) d->vram_used = n;
  else if (!strcmp(key, "process") && d->process_count < MAX_PROCESSES) {
    process_state *p = &d->processes[d->process_count++];
    sscanf(value, "%u %llu", &p->pid, &p->bytes);
  }
}

static void apply(const char *key, const char *value) {
  if (!strcmp(key, "device") && device_count < MAX_DEVICES) {
    memset(&devices[device_count], 0, sizeof devices[0]);
    snprintf(devices[device_count++].uuid, TEXT, "%s", value);
  } else if (!strcmp(key, "driver")) snprintf(driver, TEXT, "%s", value);
  else if (!strcmp(key, "init_return")) init_return = atoi(value);
  else if (!strcmp(key, "frozen")) frozen = atoi(value);
  else if (!strcmp(key, "crash")) crash = atoi(value);
  else if (!strcmp(key, "hang_ms")) hang_ms = atoi(value);
  else if (device_count) apply_device(&devices[device_count - 1], key, value);
}

/* Handles stay valid because devices keep their place; a device that vanished answers "lost". */
static void load(void) {
  struct stat now;
  char line[256];
  if (frozen && seen.st_ino) return;
  if (stat(control_path(), &now)) return;
  if (now.st_ino == seen.st_ino && now.st_mtim.tv_sec == seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec) return;
  FILE *file = fopen(control_path(), "r");
  if (!file) return;
  seen = now;
  device_count = init_return = frozen = crash = hang_ms = 0;
  for (int i = 0; i < MAX_DEVICES; i++) devices[i].lost = 1;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *value = strchr(line, ' ');
    if (value) { *value = 0; apply(line, value + 1); }
  }
  fclose(file);
}

static int enter(void) {
  load();
  if (crash) raise(SIGSEGV);
  if (hang_ms) nanosleep(&(struct timespec){ hang_ms / 1000, (hang_ms % 1000) * 1000000L }, NULL);
  return initialised ? OK : UNINITIALIZED;
}

static int enter_device(nvmlDevice_t d) {
  int code = enter();
  if (code) return code;
  return !d ? INVALID_ARGUMENT : d->lost ? LOST : OK;
}

static unsigned long long energy_of(nvmlDevice_t d) {
  struct timespec t;
  if (!d->live) return d->energy_mj;
  clock_gettime(CLOCK_MONOTONIC, &t);
  unsigned long long ms = (unsigned long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
  return d->energy_mj + ms * d->power_mw / 1000;
}

static int put(char *to, unsigned size, const char *text) {
  if (strlen(text) >= size) return INSUFFICIENT_SIZE;
  strcpy(to, text);
  return OK;
}

EXPORT int nvmlInit_v2(void) {
  load();
  if (init_return) return init_return;
  initialised++;
  return OK;
}
EXPORT int nvmlShutdown(void) {
  if (!initialised) return UNINITIALIZED;
  initialised--;
  return OK;
}
EXPORT const char *nvmlErrorString(int code) {
  return code == NOT_SUPPORTED ? "Not Supported" : code == 9 ? "Driver Not Loaded" : code == LOST ? "GPU is lost" : code ? "Error" : "Success";
}
EXPORT int nvmlSystemGetDriverVersion(char *text, unsigned size) {
  int code = enter();
  return code ? code : put(text, size, driver);
}
EXPORT int nvmlDeviceGetCount_v2(unsigned *count) {
  int code = enter();
  if (!code) *count = device_count;
  return code;
}
EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *d) {
  int code = enter();
  if (code) return code;
  if (index >= (unsigned)device_count) return INVALID_ARGUMENT;
  *d = &devices[index];
  return devices[index].lost ? LOST : OK;
}
EXPORT int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *d) {
  int code = enter();
  if (code) return code;
  for (int i = 0; i < device_count; i++) {
    if (strcmp(uuid, devices[i].uuid)) continue;
    *d = &devices[i];
    return OK;
  }
  return NOT_FOUND;
}
EXPORT int nvmlDeviceGetName(nvmlDevice_t d, char *text, unsigned size) {
  int code = enter_device(d);
  return code ? code : put(text, size, d->name);
}
EXPORT int nvmlDeviceGetUUID(nvmlDevice_t d, char *text, unsigned size) {
  int code = enter_device(d);
  return code ? code : put(text, size, d->uuid);
}
EXPORT int nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, nvmlPciInfo_t *info) {
  int code = enter_device(d);
  if (code) return code;
  memset(info, 0, sizeof *info);
  return put(info->busId, sizeof info->busId, d->bus);
}
EXPORT int nvmlDeviceGetArchitecture(nvmlDevice_t d, unsigned *architecture) {
  int code = enter_device(d);
  if (!code) *architecture = d->architecture;
  return code;
}
EXPORT int nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t d, unsigned *mw) {
  int code = enter_device(d);
  if (code) return code;
  if (!d->limit_mw) return NOT_SUPPORTED;
  *mw = d->limit_mw;
  return OK;
}
EXPORT int nvmlDeviceGetPowerUsage(nvmlDevice_t d, unsigned *mw) {
  int code = enter_device(d);
  if (code) return code;
  if (d->power_return) return d->power_return;
  *mw = d->power_mw;
  return OK;
}
EXPORT int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t d, unsigned long long *mj) {
  int code = enter_device(d);
  if (code) return code;
  if (d->energy_return) return d->energy_return;
  *mj = energy_of(d);
  return OK;
}
EXPORT int nvmlDeviceGetUtilizationRates(nvmlDevice_t d, nvmlUtilization_t *rates) {
  int code = enter_device(d);
  if (code) return code;
  rates->gpu = d->gpu;
  rates->memory = d->memory;
  return OK;
}
EXPORT int nvmlDeviceGetTemperature(nvmlDevice_t d, int sensor, unsigned *celsius) {
  int code = enter_device(d);
  if (code) return code;
  if (sensor) return INVALID_ARGUMENT;
  *celsius = d->temperature;
  return OK;
}
EXPORT int nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *memory) {
  int code = enter_device(d);
  if (code) return code;
  memory->total = d->vram_total;
  memory->used = d->vram_used;
  memory->free = d->vram_total - d->vram_used;
  return OK;
}
EXPORT int nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t d, unsigned *count, nvmlProcessInfo_t *infos) {
  int code = enter_device(d);
  if (code) return code;
  unsigned room = *count;
  *count = d->process_count;
  if (room < *count) return INSUFFICIENT_SIZE;
  for (unsigned i = 0; i < *count; i++) infos[i] = (nvmlProcessInfo_t){ d->processes[i].pid, d->processes[i].bytes, UINT32_MAX, UINT32_MAX };
  return OK;
}
#ifndef WITHOUT_FIELD_VALUES
static int field_value(nvmlDevice_t d, nvmlFieldValue_t *field) {
  if (field->fieldId == FIELD_TOTAL_ENERGY || field->fieldId == FIELD_ENERGY) {
    field->valueType = 3;
    field->value.ull = energy_of(d);
    return d->energy_return;
  }
  field->valueType = 1;
  field->value.ui = field->fieldId == FIELD_POWER_AVERAGE && d->average_mw ? d->average_mw : d->power_mw;
  if (field->fieldId != FIELD_POWER_AVERAGE && field->fieldId != FIELD_POWER_INSTANT) return NOT_SUPPORTED;
  return d->field_return ? d->field_return : d->power_return;
}
EXPORT int nvmlDeviceGetFieldValues(nvmlDevice_t d, int count, nvmlFieldValue_t *fields) {
  int code = enter_device(d);
  if (code) return code;
  for (int i = 0; i < count; i++) {
    fields[i].timestamp = (long long)time(NULL) * 1000000;
    fields[i].latencyUsec = 12;
    fields[i].nvmlReturn = field_value(d, &fields[i]);
  }
  return OK;
}
#endif
