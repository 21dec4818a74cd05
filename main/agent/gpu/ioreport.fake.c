/*
 * Test double of libIOReport.dylib and of the part of CoreFoundation that is needed with it; the code is our own.
 *
 * It plays a chip of two dies. -DWITHOUT_ENERGY_MODEL: a Mac with an Intel processor. -DSTRANGE_UNIT: a unit nobody knows.
 * fake_alive tells how many objects were handed out and not released.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { TEXT, CHANNELS, SUBSCRIPTION, SUBSCRIBED, SAMPLE, ARRAY, CHANNEL };
typedef struct { int kind; const char *text; int64_t value; const char *unit; } Object;

static int alive, samples;
static Object names[8], units[8];

#ifdef STRANGE_UNIT
#define UNIT "kWh"
#else
#define UNIT "mJ"
#endif

static Object channels[] = {
  { CHANNEL, "ECPU", 7, "mJ" },
  { CHANNEL, "DIE_0_CPU Energy", 1000, UNIT },
  { CHANNEL, "DIE_1_CPU Energy", 500, "mJ       " },
  { CHANNEL, "GPU SRAM", 9, "mJ" },
  { CHANNEL, "GPU Energy", 2000000000, "nJ" },
  { CHANNEL, "ANE", 3, "uJ" },
};
static Object channel_array = { ARRAY, 0, 0, 0 };

static Object *make(int kind, const char *text) {
  Object *object = calloc(1, sizeof *object);
  *object = (Object){ kind, text ? strdup(text) : 0, 0, 0 };
  alive++;
  return object;
}

EXPORT int fake_alive(void) { return alive; }

EXPORT Object *CFStringCreateWithCString(const void *allocator, const char *text, uint32_t encoding) {
  return allocator || encoding != 0x08000100 ? 0 : make(TEXT, text);
}

EXPORT uint8_t CFStringGetCString(const Object *text, char *buffer, int64_t size, uint32_t encoding) {
  if (text->kind != TEXT || encoding != 0x08000100 || (int64_t)strlen(text->text) >= size) return 0;
  strcpy(buffer, text->text);
  return 1;
}

EXPORT const void *CFDictionaryGetValue(const Object *dictionary, const Object *key) {
  return dictionary->kind == SAMPLE && !strcmp(key->text, "IOReportChannels") ? &channel_array : 0;
}

EXPORT int64_t CFArrayGetCount(const Object *array) { return array->kind == ARRAY ? sizeof channels / sizeof *channels : 0; }
EXPORT const void *CFArrayGetValueAtIndex(const Object *array, int64_t index) { return array->kind == ARRAY ? &channels[index] : 0; }

/* As with the real one, releasing nothing, or what was only lent, is a crash. */
EXPORT void CFRelease(Object *object) {
  if (object->kind == CHANNEL || object->kind == ARRAY) abort();
  free((void *)object->text);
  free(object);
  alive--;
}

EXPORT Object *IOReportCopyChannelsInGroup(const Object *group, const Object *subgroup, uint64_t a, uint64_t b, uint64_t c) {
#ifdef WITHOUT_ENERGY_MODEL
  return 0;
#endif
  return subgroup || a || b || c || strcmp(group->text, "Energy Model") ? 0 : make(CHANNELS, 0);
}

EXPORT Object *IOReportCreateSubscription(const void *a, const Object *wanted, Object **subscribed, uint64_t id, const void *b) {
  if (a || b || id || wanted->kind != CHANNELS) return 0;
  *subscribed = make(SUBSCRIBED, 0);
  return make(SUBSCRIPTION, 0);
}

EXPORT Object *IOReportCreateSamples(const Object *subscription, const Object *subscribed, const void *a) {
  if (a || subscription->kind != SUBSCRIPTION || subscribed->kind != SUBSCRIBED) return 0;
  samples++;
  return make(SAMPLE, 0);
}

static Object *lend(Object *slots, const Object *channel, const char *text) {
  Object *slot = &slots[channel - channels];
  *slot = (Object){ TEXT, text, 0, 0 };
  return slot;
}
EXPORT Object *IOReportChannelGetChannelName(const Object *channel) { return lend(names, channel, channel->text); }
EXPORT Object *IOReportChannelGetUnitLabel(const Object *channel) { return lend(units, channel, channel->unit); }

/* Each look finds every counter 1 % higher. */
EXPORT int64_t IOReportSimpleGetIntegerValue(const Object *channel, int32_t index) {
  return index ? -1 : channel->value + channel->value / 100 * (samples - 1);
}
