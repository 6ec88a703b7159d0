/* Fault: its schema is no JSON. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.options_schema = dream_text("{\"type\": "))
