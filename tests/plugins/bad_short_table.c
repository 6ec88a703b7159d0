/* Fault: a table that ends before `release`. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.size = offsetof(dream_plugin, release))
