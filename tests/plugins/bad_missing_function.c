/* Fault: no `terminate`. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.terminate = NULL)
