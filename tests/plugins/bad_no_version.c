/* Fault: doesn't tell its version. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.version = dream_text(""))
