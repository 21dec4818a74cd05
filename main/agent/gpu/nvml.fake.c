/*
 * Test double of libnvidia-ml.so.1. The ABI follows NVIDIA's public nvml.h (API 13); the code is our own.
 *
 *   cc -O2 -shared -fPIC -o libnvidia-ml.so.1 nvml.fake.c -ldl      (-DWITHOUT_FIELD_VALUES: an older driver)
 *
 * It plays the machine described in "<path of this library>.control", a text file that is read again whenever it
 * changes, so that a test can drive a library that another process has loaded. One "key value" per line:
 *
 *   driver 595.71.05          init_return 0
 *   frozen 1                  crash 1                  hang_ms 0                flaky 3
 *   device GPU-1111           name NVIDIA RTX 4090     bus 00000000:01:00.0     architecture 8
 *   limit_mw 450000           power_mw 312500          average_mw 300000        energy_mj 1000000
 *   live 1                    energy_return 3          power_return 3           field_return 3
 *   lost 1                    gpu 97                   memory 55                temperature 71
 *   vram_total 25769803776    vram_used 1073741824     process 4242 8589934592
 *   display 1                 persistence 0            mig 1                    mig_slots 7
 *   instance MIG-2222         instance -
 *
 * Keys after a "device" line belong to that device. "live 1" adds power_mw x CLOCK_MONOTONIC to energy_mj: the
 * counter then runs in the machine, as a driver's does, and survives a restart of the process that reads it.
 * "flaky n" lets every nth call fail with "unknown error". Without "display", "persistence" or "mig" the device does
 * not tell. "instance -" is an empty MIG slot. As with the real library, cards that come or go are noticed by the next
 * nvmlInit only, and a library that was loaded for another driver version answers "version mismatch" for ever.
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

enum { MAX_DEVICES = 16, MAX_PROCESSES = 1024, MAX_INSTANCES = 8, TEXT = 96 };
enum { OK = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, LOST = 15, MISMATCH = 18, UNKNOWN = 999 };
enum { FIELD_TOTAL_ENERGY = 83, FIELD_POWER_AVERAGE = 185, FIELD_POWER_INSTANT = 186, FIELD_ENERGY = 191 };

typedef struct {
  unsigned pid;
  unsigned long long bytes;
} process_state;

typedef struct device_state {
  char uuid[TEXT], name[TEXT], bus[32];
  unsigned architecture, limit_mw, power_mw, average_mw, gpu, memory, temperature;
  unsigned long long energy_mj, vram_total, vram_used;
  int live, energy_return, power_return, field_return, lost, process_count;
  int present, order, display, persistence, mig, mig_slots, instance_count;
  process_state processes[MAX_PROCESSES];
  struct device_state *instances[MAX_INSTANCES];
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

static device_state devices[MAX_DEVICES], instances[MAX_DEVICES * MAX_INSTANCES];
static nvmlDevice_t listed[MAX_DEVICES], described;
static int listed_count, instance_total, order, initialised, init_return, frozen, crash, hang_ms, flaky, calls;
static char driver[TEXT] = "595.71.05", loaded_for[TEXT];
static struct stat seen;

static const char *control_path(void) {
  static char path[4096];
  Dl_info self;
  if (!path[0] && dladdr((void *)control_path, &self)) snprintf(path, sizeof path, "%s.control", self.dli_fname);
  return path;
}

static void add_instance(device_state *d, const char *uuid) {
  if (d->instance_count == MAX_INSTANCES) return;
  device_state *instance = strcmp(uuid, "-") ? &instances[instance_total++] : NULL;
  d->instances[d->instance_count++] = instance;
  if (!instance) return;
  memset(instance, 0, sizeof *instance);
  instance->present = 1;
  snprintf(instance->uuid, TEXT, "%s", uuid);
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
  else if (!strcmp(key, "display")) d->display = n;
  else if (!strcmp(key, "persistence")) d->persistence = n;
  else if (!strcmp(key, "mig")) d->mig = n;
  else if (!strcmp(key, "mig_slots")) d->mig_slots = n;
  else if (!strcmp(key, "instance")) add_instance(d, value);
  else if (!strcmp(key, "process") && d->process_count < MAX_PROCESSES) {
    process_state *p = &d->processes[d->process_count++];
    sscanf(value, "%u %llu", &p->pid, &p->bytes);
  }
}

/* A device keeps its place, so that a handle never comes to mean another one. */
static nvmlDevice_t place_of(const char *uuid) {
  for (int i = 0; i < MAX_DEVICES; i++)
    if (!strcmp(devices[i].uuid, uuid)) return &devices[i];
  for (int i = 0; i < MAX_DEVICES; i++)
    if (!devices[i].uuid[0]) return &devices[i];
  return NULL;
}

static void add_device(const char *uuid) {
  described = place_of(uuid);
  if (!described) return;
  memset(described, 0, sizeof *described);
  snprintf(described->uuid, TEXT, "%s", uuid);
  described->present = 1;
  described->order = order++;
  described->display = described->persistence = described->mig = -1;
}

static void apply(const char *key, const char *value) {
  if (!strcmp(key, "device")) add_device(value);
  else if (!strcmp(key, "driver")) snprintf(driver, TEXT, "%s", value);
  else if (!strcmp(key, "init_return")) init_return = atoi(value);
  else if (!strcmp(key, "frozen")) frozen = atoi(value);
  else if (!strcmp(key, "crash")) crash = atoi(value);
  else if (!strcmp(key, "hang_ms")) hang_ms = atoi(value);
  else if (!strcmp(key, "flaky")) flaky = atoi(value);
  else if (described) apply_device(described, key, value);
}

static void load(void) {
  struct stat now;
  char line[256];
  if (frozen && seen.st_ino) return;
  if (stat(control_path(), &now)) return;
  if (now.st_ino == seen.st_ino && now.st_mtim.tv_sec == seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec) return;
  FILE *file = fopen(control_path(), "r");
  if (!file) return;
  seen = now;
  order = instance_total = init_return = frozen = crash = hang_ms = flaky = 0;
  described = NULL;
  for (int i = 0; i < MAX_DEVICES; i++) devices[i].present = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *value = strchr(line, ' ');
    if (value) { *value = 0; apply(line, value + 1); }
  }
  fclose(file);
  if (!loaded_for[0]) strcpy(loaded_for, driver);
}

/* Cards in the order of the file. */
static void list_devices(void) {
  listed_count = 0;
  for (int wanted = 0; wanted < order; wanted++)
    for (int i = 0; i < MAX_DEVICES; i++)
      if (devices[i].present && devices[i].order == wanted) listed[listed_count++] = &devices[i];
}

static int enter(void) {
  load();
  if (crash) raise(SIGSEGV);
  if (hang_ms) nanosleep(&(struct timespec){ hang_ms / 1000, (hang_ms % 1000) * 1000000L }, NULL);
  if (flaky && ++calls % flaky == 0) return UNKNOWN;
  if (strcmp(driver, loaded_for)) return MISMATCH;
  return initialised ? OK : UNINITIALIZED;
}

static int enter_device(nvmlDevice_t d) {
  int code = enter();
  if (code) return code;
  return !d ? INVALID_ARGUMENT : d->lost || !d->present ? LOST : OK;
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
  if (strcmp(driver, loaded_for)) return MISMATCH;
  if (!initialised++) list_devices();
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
  if (!code) *count = listed_count;
  return code;
}
EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *d) {
  int code = enter();
  if (code) return code;
  if (index >= (unsigned)listed_count) return INVALID_ARGUMENT;
  *d = listed[index];
  return enter_device(*d);
}
EXPORT int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *d) {
  int code = enter();
  if (code) return code;
  for (int i = 0; i < listed_count; i++) {
    if (strcmp(uuid, listed[i]->uuid)) continue;
    *d = listed[i];
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
  if (d->mig == 1) return NOT_SUPPORTED;
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
static int state_of(nvmlDevice_t d, int state, unsigned *value) {
  int code = enter_device(d);
  if (code) return code;
  if (state < 0) return NOT_SUPPORTED;
  *value = state;
  return OK;
}
EXPORT int nvmlDeviceGetDisplayActive(nvmlDevice_t d, unsigned *active) { return state_of(d, d->display, active); }
EXPORT int nvmlDeviceGetPersistenceMode(nvmlDevice_t d, unsigned *mode) { return state_of(d, d->persistence, mode); }
EXPORT int nvmlDeviceGetMigMode(nvmlDevice_t d, unsigned *current, unsigned *pending) {
  int code = state_of(d, d->mig, current);
  if (!code) *pending = *current;
  return code;
}
EXPORT int nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t d, unsigned *count) {
  int code = enter_device(d);
  if (!code) *count = d->mig_slots;
  return code;
}
EXPORT int nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t d, unsigned index, nvmlDevice_t *instance) {
  int code = enter_device(d);
  if (code) return code;
  if (d->mig != 1) return NOT_SUPPORTED;
  if (index >= (unsigned)d->mig_slots) return INVALID_ARGUMENT;
  if (index >= (unsigned)d->instance_count || !d->instances[index]) return NOT_FOUND;
  *instance = d->instances[index];
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
