/* Fault: has an extension without a function. */
#include "good_parts.h"
static const void* empty_discovery(const char* id) {
  static const dream_discover empty = {sizeof(dream_discover), NULL, NULL};
  return strcmp(id, DREAM_DISCOVER_ID) == 0 ? &empty : NULL;
}
DREAM_BAD_ENTRY(table.extension = empty_discovery)
