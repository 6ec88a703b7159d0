/* Fault: has every extension that it is asked for. */
#include "good_parts.h"
static const void* anything(const char* id) {
  static const uint32_t nothing_much[4] = {sizeof nothing_much, 0, 0, 0};
  return strncmp(id, "dream.discover/999", 18) == 0 ? nothing_much : NULL;
}
DREAM_BAD_ENTRY(table.extension = anything)
